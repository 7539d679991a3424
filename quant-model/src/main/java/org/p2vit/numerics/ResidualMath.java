package org.p2vit.numerics;

/** Additions into the residual stream (docs/numerics.md section 3). */
public final class ResidualMath {
  private ResidualMath() {}

  /**
   * {@code satB(satB(RNE(x, xShift)) + satB(RNE(accumulator, shift)))}. The patch embedding adds
   * the position's code with an {@code xShift} of 0.
   *
   * @param x code of the residual stream
   * @param accumulator bias included
   * @param bits B
   */
  public static int add(int x, int xShift, long accumulator, int shift, int bits) {
    int old = Rounding.requantize(x, xShift, bits);
    int branch = Rounding.requantize(accumulator, shift, bits);
    return (int) Rounding.saturate(old + branch, bits);
  }
}
