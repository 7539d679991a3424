package org.p2vit.generator.verify;

import java.util.ArrayList;
import java.util.List;
import org.p2vit.model.VitShape;

/** Shapes of the tensors of docs/numerics.md section 2. */
public final class TensorShapes {
  private static final List<String> BLOCK =
      List.of(
          "norm1",
          "query",
          "key",
          "value",
          "scores",
          "attention",
          "context",
          "residual1",
          "norm2",
          "hidden",
          "residual2");

  private TensorShapes() {}

  /** All tensors, in the order of computation. */
  public static List<String> names(VitShape s) {
    List<String> names = new ArrayList<>(List.of("input", "embed"));
    for (int i = 0; i < s.depth(); i++) {
      for (String tensor : BLOCK) {
        names.add("blocks." + i + "." + tensor);
      }
    }
    names.addAll(List.of("norm", "logits"));
    return names;
  }

  /**
   * @param tensor its name; "stored logits" are the logits as an accelerator stored them
   * @return heads (1 if the tensor has no such dimension), rows, columns
   */
  public static int[] of(VitShape s, String tensor) {
    String kind = tensor.substring(tensor.lastIndexOf('.') + 1);
    int t = s.tokens();
    return switch (kind) {
      case "input" -> new int[] {1, t, s.patchDim()};
      case "embed", "norm1", "norm2", "query", "key", "value", "context" ->
          new int[] {1, t, s.dim()};
      case "residual1", "residual2" -> new int[] {1, t, s.dim()};
      case "hidden" -> new int[] {1, t, s.mlpDim()};
      case "scores", "attention" -> new int[] {s.heads(), t, t};
      case "norm" -> new int[] {1, 1, s.dim()};
      case "logits", "stored logits" -> new int[] {1, 1, s.classes()};
      default -> throw new IllegalArgumentException("no tensor is named " + tensor);
    };
  }
}
