package org.p2vit.numerics;

/**
 * Softmax of one row of scores in the log domain (docs/numerics.md section 5): no divider, no
 * exponential, no general multiplier. The steps are public so that a chunk's emulator or test can
 * take them one by one.
 */
public final class LogSoftmax {
  private static final int[] POW = Tables.pow();
  private static final int[] LOG = Tables.log();
  private static final int LARGEST_CODE = Tables.CODE_ZERO - 1;

  private LogSoftmax() {}

  /** The chunk's only parameter, {@code 4 - e_s}: 1 to 12 for a score exponent of 3 to -8. */
  public static int shift(int scoreExponent) {
    return Tables.LOG2E_FRACTION - Tables.LOG_FRACTION - scoreExponent;
  }

  /**
   * {@code t}: how far a score is below the row's largest, as a power of two with {@link
   * Tables#LOG_FRACTION} fractional bits.
   *
   * @param distance {@code max(s) - s_j}, 0 to 255
   * @param shift {@link #shift}
   */
  public static int logDistance(int distance, int shift) {
    return (int) Math.min(Rounding.shift((long) distance * Tables.LOG2E, shift), Tables.LOG_MAX);
  }

  /** {@code p}: {@code 2^-t} with 15 fractional bits, truncated. */
  public static int power(int logDistance) {
    return POW[(logDistance & 255) >> 3] >> (logDistance >> Tables.LOG_FRACTION);
  }

  /**
   * {@code L}: the logarithm of the sum of the powers, {@link Tables#LOG_FRACTION} fractional bits.
   *
   * @param sum {@code S}, at least 32
   */
  public static int logSum(int sum) {
    int n = 31 - Integer.numberOfLeadingZeros(sum);
    return (n - 15) * 256 + LOG[(sum >> (n - 5)) & 31];
  }

  /** {@code a}: 0 to 15, or {@link Tables#CODE_ZERO}. */
  public static int code(int logDistance, int logSum) {
    long a = Rounding.shift((long) logDistance + logSum, Tables.LOG_FRACTION);
    return a > LARGEST_CODE ? Tables.CODE_ZERO : (int) Math.max(a, 0);
  }

  /**
   * One row of {@code tokens} scores to as many codes; {@code scores} and {@code codes} may be one
   * array.
   */
  public static void row(
      byte[] scores, int from, int tokens, int scoreExponent, byte[] codes, int to) {
    int max = Byte.MIN_VALUE;
    for (int j = 0; j < tokens; j++) {
      max = Math.max(max, scores[from + j]);
    }
    int shift = shift(scoreExponent);
    int sum = 0;
    for (int j = 0; j < tokens; j++) {
      sum += power(logDistance(max - scores[from + j], shift));
    }
    int logSum = logSum(sum);
    for (int j = 0; j < tokens; j++) {
      codes[to + j] = (byte) code(logDistance(max - scores[from + j], shift), logSum);
    }
  }
}
