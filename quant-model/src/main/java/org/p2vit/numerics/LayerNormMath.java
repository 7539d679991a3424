package org.p2vit.numerics;

/**
 * LayerNorm of one row in integers (docs/numerics.md section 7). The steps are public so that a
 * chunk's emulator or test can take them one by one.
 */
public final class LayerNormMath {
  private static final int[] RSQRT = Tables.reciprocalSqrt();

  /** Fractional bits of the mean. */
  public static final int MEAN_FRACTION = 4;

  /** Fractional bits of a normalized value. */
  public static final int Z_FRACTION = 10;

  private static final int RECIPROCAL_FRACTION = 23;

  /**
   * What a row is normalized with.
   *
   * @param mean 4 fractional bits
   * @param exponent {@code h = floor(log2(W) / 2)}
   * @param reciprocal {@code r}: {@code C * 2^-l / sqrt(W)} scaled by {@code 2^(16 + h)}
   */
  public record Statistics(int mean, int exponent, int reciprocal) {}

  private LayerNormMath() {}

  /** {@code l = ceil(log2 C)}. */
  public static int log2Channels(int channels) {
    return 32 - Integer.numberOfLeadingZeros(channels - 1);
  }

  /** {@code R = round(2^(23 + l) / C)}. */
  public static int reciprocal(int channels) {
    long twice = (1L << (RECIPROCAL_FRACTION + 1 + log2Channels(channels))) / channels;
    return (int) ((twice + 1) >> 1);
  }

  /**
   * {@code E = round(C^2 * eps * 2^(-2e))}, saturated to a long.
   *
   * @param eps of the float LayerNorm, added to the variance
   * @param residualExponent base exponent of the tensor that is normalized
   */
  public static long epsilon(int channels, double eps, int residualExponent) {
    return (long) Math.rint(Math.scalb((double) channels * channels * eps, -2 * residualExponent));
  }

  /** {@code W = C * S2 - S1^2 + E}. */
  public static long scaledVariance(long s1, long s2, int channels, long epsilon) {
    return channels * s2 - s1 * s1 + epsilon;
  }

  /** Right shift of {@code S1 * R} to the mean: {@code 23 + l - 4}. */
  public static int meanShift(int channels) {
    return RECIPROCAL_FRACTION + log2Channels(channels) - MEAN_FRACTION;
  }

  /** The mean of a row whose sum is {@code s1}, 4 fractional bits. */
  public static int mean(long s1, int channels) {
    return (int) Rounding.shift(s1 * reciprocal(channels), meanShift(channels));
  }

  /** {@code h}, 0 if {@code w} is. */
  public static int exponent(long w) {
    return w == 0 ? 0 : (63 - Long.numberOfLeadingZeros(w)) / 2;
  }

  /** {@code r1}: {@code 2^(16 + h) / sqrt(w)}, 0 if {@code w} is; table and one Newton step. */
  public static int reciprocalSqrt(long w) {
    if (w == 0) {
      return 0;
    }
    int n = 16 - 2 * exponent(w);
    long m = n >= 0 ? w << n : w >> -n;
    long y0 = RSQRT[(int) (m >> 11) - 32];
    long u = Rounding.shift(y0 * y0 * m, 30);
    return (int) Rounding.shift(y0 * ((3 << 16) - u), 16);
  }

  /** From the exact sums {@code S1 = sum X} and {@code S2 = sum X^2}, {@code X = q << ptf}. */
  public static Statistics statistics(long s1, long s2, int channels, long epsilon) {
    long w = scaledVariance(s1, s2, channels, epsilon);
    long r = Rounding.shift((long) reciprocalSqrt(w) * channels, log2Channels(channels));
    return new Statistics(mean(s1, channels), exponent(w), (int) r);
  }

  /** {@code z}: normalized value, 16 bits of which 10 are fractional. {@code x = q << ptf}. */
  public static int normalize(int x, Statistics row, int channels) {
    long centred = ((long) x << MEAN_FRACTION) - row.mean;
    return Rounding.requantize(centred * row.reciprocal, normalizeShift(row, channels), 16);
  }

  /** Right shift of a centred and scaled value to {@code z}. */
  public static int normalizeShift(Statistics row, int channels) {
    return row.exponent + Z_FRACTION - log2Channels(channels);
  }

  /** LayerNorm's weight and bias: the int8 output code. */
  public static int scale(int z, int gain, int offset, int shift) {
    return Rounding.requantize((long) z * gain + offset, shift, 8);
  }

  /**
   * One row of {@code ptf.length} channels of {@code q}, at {@code from}, to {@code y} at {@code
   * to}.
   */
  public static void row(
      short[] q,
      int from,
      byte[] ptf,
      long epsilon,
      short[] gain,
      int[] offset,
      byte[] shift,
      byte[] y,
      int to) {
    int channels = ptf.length;
    long s1 = 0;
    long s2 = 0;
    for (int c = 0; c < channels; c++) {
      long x = q[from + c] << ptf[c];
      s1 += x;
      s2 += x * x;
    }
    Statistics row = statistics(s1, s2, channels, epsilon);
    for (int c = 0; c < channels; c++) {
      int z = normalize(q[from + c] << ptf[c], row, channels);
      y[to + c] = (byte) scale(z, gain[c], offset[c], shift[c]);
    }
  }
}
