package org.p2vit.generator.verify;

import org.p2vit.model.VitShape;

/** Shapes of the tensors of docs/numerics.md section 2. */
public final class TensorShapes {
  private TensorShapes() {}

  /**
   * @return heads (1 if the tensor has no such dimension), rows, columns
   */
  public static int[] of(VitShape s, String tensor) {
    String kind = tensor.substring(tensor.lastIndexOf('.') + 1);
    int t = s.tokens();
    return switch (kind) {
      case "embed", "norm1", "norm2", "query", "key", "value", "context" ->
          new int[] {1, t, s.dim()};
      case "residual1", "residual2" -> new int[] {1, t, s.dim()};
      case "hidden" -> new int[] {1, t, s.mlpDim()};
      case "scores", "attention" -> new int[] {s.heads(), t, t};
      case "norm" -> new int[] {1, 1, s.dim()};
      case "logits" -> new int[] {1, 1, s.classes()};
      default -> throw new IllegalArgumentException("no tensor is named " + tensor);
    };
  }
}
