package org.p2vit.quantize;

import java.util.Arrays;

/**
 * Chooses what is added to a Hessian's diagonal before weights are rounded by it. A covariance that
 * few images gave has directions that hardly occurred in them but will in others; compensated
 * rounding puts errors just there. The choice is what loses least on one half of the calibration
 * images when weights are rounded for the other, both ways, as {@link WeightFit} chooses its ridge.
 */
final class Damping {
  /** What GPTQ takes (arXiv 2210.17323), relative to the diagonal's mean. */
  static final double LEAST = 0.01;

  private static final double[] CHOICES = {LEAST, 0.03, 0.1, 0.3, 1, 3};

  private final LayerInput input;
  private final WeightRounding rounding;
  private final int max;

  /**
   * @param max largest code
   */
  Damping(LayerInput input, WeightRounding rounding, int max) {
    this.input = input;
    this.rounding = rounding;
    this.max = max;
  }

  /**
   * @param weights for codes, outputs x inputs
   * @param scale of each output channel's codes
   */
  double choose(double[][] weights, double[] scale) {
    double best = LEAST;
    double least = Double.POSITIVE_INFINITY;
    for (double damping : CHOICES) {
      double lost = 0;
      for (int half = 0; half < 2; half++) {
        Hessian seen = new Hessian(input.halves()[half], damping);
        lost += lost(weights, scale, seen, input.halves()[1 - half]);
      }
      if (lost < least) {
        least = lost;
        best = damping;
      }
    }
    return best;
  }

  /** The error in inputs of covariance {@code unseen} of weights that are rounded for others. */
  private double lost(double[][] weights, double[] scale, Hessian seen, double[][] unseen) {
    // Of channels together, at the first of them.
    double[] lost = new double[scale.length];
    Parallel.ranges(
        lost.length,
        WeightRounding.CHANNELS_AT_ONCE,
        (from, to) -> lost[from] = lost(weights, scale, seen, unseen, from, to));
    double sum = 0;
    for (double part : lost) {
      sum += part;
    }
    return sum;
  }

  private double lost(
      double[][] weights, double[] scale, Hessian seen, double[][] unseen, int from, int to) {
    int n = unseen.length;
    int width = to - from;
    double[][] some = new double[n][width];
    double[] scales = new double[width];
    for (int o = 0; o < width; o++) {
      scales[o] = scale[from + o];
      for (int k = 0; k < n; k++) {
        some[k][o] = weights[from + o][k];
      }
    }
    double[][] error = new double[n][width];
    rounding.round(seen, some, scales, max, error);
    for (int k = 0; k < n; k++) {
      for (int o = 0; o < width; o++) {
        error[k][o] = some[k][o] - error[k][o] * scales[o];
      }
    }
    double sum = 0;
    double[] product = new double[width];
    for (int k = 0; k < n; k++) {
      Arrays.fill(product, 0);
      for (int j = 0; j < n; j++) {
        Moments.addTimes(unseen[k][j], error[j], product);
      }
      for (int o = 0; o < width; o++) {
        sum += product[o] * error[k][o];
      }
    }
    return sum;
  }
}
