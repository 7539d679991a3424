package org.p2vit.generator.compare;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.p2vit.generator.verify.TensorShapes;
import org.p2vit.model.InputException;
import org.p2vit.model.VitShape;
import org.p2vit.model.io.Safetensors;
import org.p2vit.model.io.Safetensors.Tensor;

/**
 * Tensors of one image that somebody else computed, or some of them.
 *
 * @param source the file, for messages
 * @param codes by name (docs/numerics.md section 2), row-major, in the order of computation
 */
public record ExpectedTensors(String source, Map<String, int[]> codes) {

  /**
   * Reads a safetensors file of integers.
   *
   * @throws InputException naming a tensor that the model does not have, that has another shape, or
   *     that holds no 32-bit integers
   */
  public static ExpectedTensors read(Path file, VitShape shape) {
    Map<String, Tensor> tensors = Safetensors.read(file);
    List<String> names = TensorShapes.names(shape);
    for (String name : tensors.keySet()) {
      if (!names.contains(name)) {
        throw new InputException(
            "%s: the model has no tensor '%s'; it has input, embed, norm, logits and, for i from 0 to %d, %s"
                .formatted(file, name, shape.depth() - 1, String.join(", ", blockTensors(names))));
      }
    }
    if (tensors.isEmpty()) {
      throw new InputException(
          file + ": holds no tensor; names as in docs/numerics.md section 2 are expected");
    }
    Map<String, int[]> codes = new LinkedHashMap<>();
    for (String name : names) {
      Tensor tensor = tensors.get(name);
      if (tensor != null) {
        codes.put(name, codes(file + ": tensor " + name, tensor, TensorShapes.of(shape, name)));
      }
    }
    return new ExpectedTensors(file.toString(), codes);
  }

  private static List<String> blockTensors(List<String> names) {
    return names.stream()
        .filter(n -> n.startsWith("blocks.0."))
        .map(n -> n.replace("blocks.0", "blocks.i"))
        .toList();
  }

  private static int[] codes(String at, Tensor tensor, int[] expected) {
    if (!Arrays.equals(significant(tensor.shape()), significant(expected))) {
      throw new InputException(
          "%s has shape %s, expected %s (leading dimensions of 1 do not count)"
              .formatted(
                  at, Arrays.toString(tensor.shape()), Arrays.toString(significant(expected))));
    }
    long[] values = tensor.longs();
    int[] codes = new int[values.length];
    for (int i = 0; i < codes.length; i++) {
      codes[i] = (int) values[i];
      if (codes[i] != values[i]) {
        throw new InputException(
            at
                + " holds "
                + values[i]
                + " at position "
                + i
                + "; integers of 32 bits are expected");
      }
    }
    return codes;
  }

  /** Without leading ones. */
  private static int[] significant(int[] shape) {
    int from = 0;
    while (from < shape.length && shape[from] == 1) {
      from++;
    }
    return Arrays.copyOfRange(shape, from, shape.length);
  }
}
