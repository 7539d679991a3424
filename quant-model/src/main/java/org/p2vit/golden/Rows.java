package org.p2vit.golden;

/**
 * docs/numerics.md's element-wise steps on rows of integers that are held in floats, each a loop
 * that HotSpot's compiler vectorizes.
 *
 * <p>They are exact: multiplying by a power of two only moves a float's exponent, and {@link
 * #round} is the format's own rounding to nearest, halves to even, which is {@code RNE}. Saturating
 * before rounding instead of after gives the same, because the limits are integers.
 */
final class Rows {
  /**
   * Adding this to a float of at most {@code 2^22} in magnitude leaves no room for a fraction.
   * Subtracting it again gives back the rounded value.
   */
  private static final float TO_INTEGER = 0x1.8p23f;

  /**
   * Adding this to a float from 0 to {@code 2^23} rounds as {@code RNE} and leaves the integer in
   * the last bits, where {@link #index} reads it: faster than a cast, which has to look out for
   * numbers beyond an int.
   */
  static final float TO_INDEX = 0x1p23f;

  private Rows() {}

  /**
   * The lowest bits of {@code i}.
   *
   * @param x {@link #TO_INDEX} + i
   * @param mask of the bits
   */
  static int index(float x, int mask) {
    return Float.floatToRawIntBits(x) & mask;
  }

  /** {@code 2^-shift}. */
  static float scale(int shift) {
    return Math.scalb(1f, -shift);
  }

  /** The largest code of {@code bits}. */
  static float max(int bits) {
    return (1 << (bits - 1)) - 1;
  }

  /** To the nearest integer, halves to even; {@code |x| <= 2^22}. */
  static float round(float x) {
    return (x + TO_INTEGER) - TO_INTEGER;
  }

  /** In place: {@code sat(RNE(x[j], shift[j]))}. */
  static void requantize(float[] x, float[] scale, int bits) {
    float max = max(bits);
    float min = -max - 1;
    for (int j = 0; j < x.length; j++) {
      x[j] = round(Math.max(min, Math.min(max, x[j] * scale[j])));
    }
  }

  /** In place, one shift for all: {@code sat(RNE(x[j], shift))}. */
  static void requantize(float[] x, float scale, int bits) {
    float max = max(bits);
    float min = -max - 1;
    for (int j = 0; j < x.length; j++) {
      x[j] = round(Math.max(min, Math.min(max, x[j] * scale)));
    }
  }

  /** In place: {@code x[j] = sat(sat(RNE(x[j], shift[j])) + branch[j])}. */
  static void addBranch(float[] x, float[] scale, float[] branch, int bits) {
    requantize(x, scale, bits);
    float max = max(bits);
    float min = -max - 1;
    for (int j = 0; j < x.length; j++) {
      x[j] = Math.max(min, Math.min(max, x[j] + branch[j]));
    }
  }

  /** Columns {@code from} to {@code from + result.length} (excluded) of {@code matrix}. */
  static void transpose(float[][] matrix, int from, float[][] result) {
    for (int r = 0; r < matrix.length; r++) {
      float[] row = matrix[r];
      for (int c = 0; c < result.length; c++) {
        result[c][r] = row[from + c];
      }
    }
  }
}
