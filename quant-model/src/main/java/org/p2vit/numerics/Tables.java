package org.p2vit.numerics;

import java.util.function.IntToDoubleFunction;

/**
 * The fixed tables and constants of softmax and LayerNorm (docs/numerics.md sections 5 and 7); RTL
 * templates read them from here.
 */
public final class Tables {
  private Tables() {}

  /** {@code log2(e)} with {@link #LOG2E_FRACTION} fractional bits. */
  public static final int LOG2E = 5909;

  public static final int LOG2E_FRACTION = 12;

  /** Fractional bits of softmax's log domain. */
  public static final int LOG_FRACTION = 8;

  /** Largest {@code t}, all ones. */
  public static final int LOG_MAX = 8191;

  /** Attention code that stands for zero. */
  public static final int CODE_ZERO = 16;

  /** Bits of an attention code. */
  public static final int CODE_BITS = 5;

  /** {@code 2^-f} for the middle of each 32nd, 15 fractional bits. */
  public static int[] pow() {
    return table(32, i -> Math.rint(Math.pow(2, 15 - (i + 0.5) / 32)));
  }

  /** {@code log2(1 + f)} for the middle of each 32nd, 8 fractional bits. */
  public static int[] log() {
    return table(32, i -> Math.rint(256 * Math.log1p((i + 0.5) / 32) / Math.log(2)));
  }

  /** {@code 1/sqrt} on [1, 4) in steps of 1/32, 15 fractional bits. */
  public static int[] reciprocalSqrt() {
    return table(96, i -> Math.rint(32768 / Math.sqrt((i + 32.5) / 32)));
  }

  private static int[] table(int size, IntToDoubleFunction f) {
    int[] t = new int[size];
    for (int i = 0; i < size; i++) {
      t[i] = (int) f.applyAsDouble(i);
    }
    return t;
  }
}
