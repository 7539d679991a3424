package org.p2vit.quantize;

/**
 * How often codes occur.
 *
 * @param lowest code
 * @param codesPerBin codes that count together
 * @param counts a bin, from the lowest code on
 */
public record Histogram(int lowest, int codesPerBin, long[] counts) {
  private static final int MOST_BINS = 64;

  /** An empty one. */
  static Histogram between(int lowest, int highest) {
    int codes = highest - lowest + 1;
    int perBin = (codes + MOST_BINS - 1) / MOST_BINS;
    return new Histogram(lowest, perBin, new long[(codes + perBin - 1) / perBin]);
  }

  /** A histogram of weights. */
  public static Histogram of(byte[] codes, int bits) {
    Histogram histogram = between(-(1 << (bits - 1)), (1 << (bits - 1)) - 1);
    for (byte code : codes) {
      histogram.add(code);
    }
    return histogram;
  }

  /** Counts a code, or a number that lies between two. */
  void add(double code) {
    int bin = (int) Math.floor((code - lowest) / codesPerBin);
    counts[Math.max(0, Math.min(counts.length - 1, bin))]++;
  }
}
