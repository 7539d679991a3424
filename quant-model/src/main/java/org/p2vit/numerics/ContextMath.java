package org.p2vit.numerics;

/** Attention times V by shift-and-add (docs/numerics.md section 6). */
public final class ContextMath {
  private ContextMath() {}

  /**
   * What an attention code multiplies a value by: {@code 2^(15 - a)}, 0 for {@link
   * Tables#CODE_ZERO}.
   */
  public static int factor(int code) {
    return (1 << Tables.CODE_ZERO - 1) >> code;
  }

  /**
   * {@code sum_j v[j] * 2^(15 - a_j)}.
   *
   * @param values the channel's value of token {@code j} at {@code from + j * stride}
   */
  public static long accumulate(
      byte[] codes, int codesFrom, byte[] values, int from, int stride, int tokens) {
    long sum = 0;
    for (int j = 0; j < tokens; j++) {
      sum += (long) values[from + j * stride] * factor(codes[codesFrom + j]);
    }
    return sum;
  }

  /** The context's int8 code. */
  public static int output(long accumulator, int contextShift) {
    return Rounding.requantize(accumulator, contextShift, 8);
  }
}
