package org.p2vit.generator;

/** What is read off a row of logits. */
final class Logits {
  private Logits() {}

  /** The class with the highest logit, the first of equals, as NumPy's argmax. */
  static int best(double[] logits) {
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

  /** Kullback-Leibler divergence of softmax(found) from softmax(wanted), in nats. */
  static double divergence(double[] wanted, double[] found) {
    double[] p = logSoftmax(wanted);
    double[] q = logSoftmax(found);
    double sum = 0;
    for (int c = 0; c < p.length; c++) {
      sum += Math.exp(p[c]) * (p[c] - q[c]);
    }
    return sum;
  }

  private static double[] logSoftmax(double[] logits) {
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
