package org.p2vit.generator.verify;

import org.p2vit.model.VitShape;

/**
 * A code that is not the one expected.
 *
 * @param tensor name as in docs/numerics.md section 2; it names the layer
 * @param head or -1 if the tensor has no such dimension
 * @param row token
 * @param channel column
 * @param expected the golden model's code, when an accelerator is verified
 * @param found the accelerator's code
 */
public record Mismatch(String tensor, int head, int row, int channel, int expected, int found) {

  /**
   * @param index row-major
   */
  static Mismatch at(VitShape model, String tensor, int index, int expected, int found) {
    int[] shape = TensorShapes.of(model, tensor);
    int head = shape[0] > 1 ? index / (shape[1] * shape[2]) : -1;
    int row = index / shape[2] % shape[1];
    return new Mismatch(tensor, head, row, index % shape[2], expected, found);
  }

  @Override
  public String toString() {
    return "%s%s, row %d, channel %d: expected %d, found %d"
        .formatted(tensor, head < 0 ? "" : ", head " + head, row, channel, expected, found);
  }
}
