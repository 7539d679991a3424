package org.p2vit.generator;

import java.util.Arrays;

/** What is read off a row of logits. */
public final class Logits {
  private Logits() {}

  /** The class with the highest logit, the first of equals, as NumPy's argmax. */
  public static int best(double[] logits) {
    int best = 0;
    for (int c = 1; c < logits.length; c++) {
      best = logits[c] > logits[best] ? c : best;
    }
    return best;
  }

  /** How many classes come before {@code label}; equal logits count in order of class. */
  static int rank(double[] logits, int label) {
    if (label >= logits.length) {
      return Integer.MAX_VALUE;
    }
    int rank = 0;
    for (int c = 0; c < logits.length; c++) {
      rank += logits[c] > logits[label] || (logits[c] == logits[label] && c < label) ? 1 : 0;
    }
    return rank;
  }

  /** The real numbers that an integer model's logits stand for. */
  public static double[] real(int[] codes, int exponent) {
    return Arrays.stream(codes).mapToDouble(c -> Math.scalb((double) c, exponent)).toArray();
  }

  /** The same numbers. */
  public static double[] real(float[] logits) {
    double[] real = new double[logits.length];
    Arrays.setAll(real, c -> logits[c]);
    return real;
  }

  /**
   * Kullback-Leibler divergence, in nats.
   *
   * @param wanted {@link #logSoftmax} of the logits that it is measured from
   * @param found likewise of the others
   */
  public static double divergence(double[] wanted, double[] found) {
    double sum = 0;
    for (int c = 0; c < wanted.length; c++) {
      sum += Math.exp(wanted[c]) * (wanted[c] - found[c]);
    }
    return sum;
  }

  /** Logarithms of the classes' probabilities. */
  public static double[] logSoftmax(double[] logits) {
    double max = logits[best(logits)];
    double sum = 0;
    for (double v : logits) {
      sum += Math.exp(v - max);
    }
    double[] result = new double[logits.length];
    for (int c = 0; c < result.length; c++) {
      result[c] = logits[c] - max - Math.log(sum);
    }
    return result;
  }
}
