package org.p2vit.quantize;

import java.util.Arrays;

/**
 * Fits a layer's weights to what its outputs should be for the codes that it really reads: ridge
 * regression around the float weights, {@code w += (cov(y, x) - w cov(x, x)) (cov(x, x) + r I)^-1}.
 * With compensated rounding afterwards this is GPTAQ (arXiv 2504.02692), but for the ridge {@code
 * r}: each output gets the one that, fitted to one half of the calibration images, serves the other
 * half best. With a fixed one the fit is to the calibration images only.
 */
final class WeightFit {
  /** Ridges that are tried, relative to the mean of the covariance's diagonal. */
  private static final double[] RIDGES = {0.03, 0.3, 3};

  private final LayerInput input;
  private final double[][][] missing;

  /**
   * @param weights for codes, outputs x inputs
   * @param outputs that the rows should have
   */
  WeightFit(double[][] weights, LayerInput input, float[][] outputs, double[] outputMean) {
    this.input = input;
    missing = input.halves(outputs, outputMean);
    for (int half = 0; half < 2; half++) {
      subtractProduct(weights, input.halves()[half], missing[half]);
    }
  }

  /** What to add to the weights: zero for an output that no ridge makes better. */
  double[][] step() {
    double[][] all = new double[missing[0].length][];
    Arrays.setAll(all, o -> missing[0][o].clone());
    Moments.add(missing[1], all);
    double[] least = new double[all.length];
    double[][] best = new double[all.length][input.mean().length];
    for (double ridge : RIDGES) {
      double[][] trial = new Hessian(input.halves()[0], ridge).solve(missing[0]);
      double[] changes = changes(trial, input.halves()[1], missing[1]);
      double[][] step = new Hessian(input.covariance(), ridge).solve(all);
      for (int o = 0; o < least.length; o++) {
        if (changes[o] < least[o]) {
          least[o] = changes[o];
          best[o] = step[o];
        }
      }
    }
    return best;
  }

  /** {@code result -= weights * covariance}. */
  private static void subtractProduct(
      double[][] weights, double[][] covariance, double[][] result) {
    Parallel.each(
        result.length,
        o -> {
          for (int k = 0; k < covariance.length; k++) {
            Moments.addTimes(-weights[o][k], covariance[k], result[o]);
          }
        });
  }

  /** By how much a step changes each output's squared error. */
  private static double[] changes(double[][] step, double[][] covariance, double[][] missing) {
    double[] changes = new double[step.length];
    Parallel.each(
        step.length,
        o -> {
          double[] product = new double[covariance.length];
          for (int k = 0; k < covariance.length; k++) {
            Moments.addTimes(step[o][k], covariance[k], product);
          }
          for (int k = 0; k < covariance.length; k++) {
            changes[o] += step[o][k] * (product[k] - 2 * missing[o][k]);
          }
        });
    return changes;
  }
}
