package org.p2vit.numerics;

/** The one rounding and the one saturation of the project (docs/numerics.md section 1). */
public final class Rounding {
  private Rounding() {}

  /**
   * {@code x * 2^-n} to the nearest integer, halves to even; an exact left shift for {@code n < 0}.
   * {@code |n| < 63}.
   */
  public static long shift(long x, int n) {
    if (n <= 0) {
      return x << -n;
    }
    long floor = x >> n;
    long rest = x - (floor << n);
    long half = 1L << (n - 1);
    return rest > half || (rest == half && (floor & 1) != 0) ? floor + 1 : floor;
  }

  /** {@code x} limited to signed {@code bits}. */
  public static long saturate(long x, int bits) {
    long max = (1L << (bits - 1)) - 1;
    return Math.max(-max - 1, Math.min(max, x));
  }

  /** {@code saturate(shift(x, n), bits)}. */
  public static int requantize(long x, int n, int bits) {
    return (int) saturate(shift(x, n), bits);
  }

  /** Real number to code: {@code v * 2^-exponent}, half to even, saturated. NaN gives 0. */
  public static int quantize(double v, int exponent, int bits) {
    return (int) saturate((long) Math.rint(Math.scalb(v, -exponent)), bits);
  }
}
