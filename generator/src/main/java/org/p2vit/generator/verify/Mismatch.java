package org.p2vit.generator.verify;

/**
 * A result that differs from the golden model's.
 *
 * @param tensor name as in docs/numerics.md section 2; it names the layer
 * @param head or -1 if the tensor has no such dimension
 * @param row token
 * @param channel column
 * @param expected golden code
 * @param found code of the accelerator
 */
public record Mismatch(String tensor, int head, int row, int channel, int expected, int found) {

  @Override
  public String toString() {
    return "%s%s, row %d, channel %d: expected %d, found %d"
        .formatted(tensor, head < 0 ? "" : ", head " + head, row, channel, expected, found);
  }
}
