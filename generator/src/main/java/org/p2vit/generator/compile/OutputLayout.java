package org.p2vit.generator.compile;

/**
 * The output region in external memory: RESIDUAL words [row][p] of 16 bits; the logits are row 0.
 *
 * @param classes logits
 * @param rows R
 * @param columns p
 */
public record OutputLayout(int classes, int rows, int columns) {

  /** Words stored. */
  public int words() {
    return Sizes.ceilDiv(classes, columns);
  }

  /** Size in memory. */
  public int bytes() {
    return words() * rows * columns * 2;
  }

  /**
   * @param region {@link #bytes} bytes, or more
   * @return the logits
   */
  public int[] decode(byte[] region) {
    int[] logits = new int[classes];
    for (int c = 0; c < classes; c++) {
      int at = (c / columns * rows * columns + c % columns) * 2;
      logits[c] = (short) (region[at] & 0xFF | region[at + 1] << 8);
    }
    return logits;
  }
}
