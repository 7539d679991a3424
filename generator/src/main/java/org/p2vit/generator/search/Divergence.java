package org.p2vit.generator.search;

/** Kullback-Leibler divergence between what two models make of an image. */
final class Divergence {
  private Divergence() {}

  static double[] softmax(float[] logits) {
    double[] real = new double[logits.length];
    for (int c = 0; c < real.length; c++) {
      real[c] = logits[c];
    }
    double[] p = logSoftmax(real);
    for (int c = 0; c < p.length; c++) {
      p[c] = Math.exp(p[c]);
    }
    return p;
  }

  static double[] logSoftmax(double[] logits) {
    double max = Double.NEGATIVE_INFINITY;
    for (double v : logits) {
      max = Math.max(max, v);
    }
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

  /**
   * In nats.
   *
   * @param wanted logarithms of probabilities
   * @param found likewise
   */
  static double of(double[] wanted, double[] found) {
    double sum = 0;
    for (int c = 0; c < wanted.length; c++) {
      sum += Math.exp(wanted[c]) * (wanted[c] - found[c]);
    }
    return sum;
  }
}
