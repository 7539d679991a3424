package org.p2vit.generator.compile;

/** Integer arithmetic on sizes. */
public final class Sizes {
  private Sizes() {}

  /** {@code a / b}, rounded up. */
  public static int ceilDiv(int a, int b) {
    return Math.toIntExact(((long) a + b - 1) / b);
  }

  /** The least multiple of {@code b} that is not below {@code a}. */
  public static int roundUp(int a, int b) {
    return Math.multiplyExact(ceilDiv(a, b), b);
  }
}
