package org.p2vit.numerics;

/**
 * The activation between the MLP's layers (docs/numerics.md section 4): {@code max(x, 0) - g(|x|)}
 * with a tabulated {@code g}.
 */
public final class ActivationMath {
  /** Entries of a table. */
  public static final int TABLE_SIZE = 256;

  private ActivationMath() {}

  /**
   * {@code p}: the 16-bit input of the activation.
   *
   * @param accumulator bias included
   * @param shift {@code e_p - accExponent}, -8 to 31
   */
  public static int preActivation(long accumulator, int shift) {
    return Rounding.requantize(accumulator, shift, 16);
  }

  /** {@code u}: the table index of {@code p}. */
  public static int index(int p, int indexShift) {
    return (int) Math.min(Rounding.shift(Math.abs(p), indexShift), TABLE_SIZE - 1);
  }

  /** {@code a}: the activation of {@code p}, at the same exponent. */
  public static int activate(int p, int indexShift, short[] table) {
    return Math.max(p, 0) - table[index(p, indexShift)];
  }

  /**
   * {@code y}: the int8 code.
   *
   * @param shift {@code e_y - e_p}, 0 to 15
   */
  public static int output(int a, int shift) {
    return Rounding.requantize(a, shift, 8);
  }
}
