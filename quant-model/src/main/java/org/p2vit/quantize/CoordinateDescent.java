package org.p2vit.quantize;

import java.util.Arrays;

/**
 * Improves codes by changing one of them, or two at once by one step each, as long as that lowers
 * the cost.
 */
final class CoordinateDescent {
  private static final int MAX_SWEEPS = 20;

  private final Hessian hessian;
  private final int max;
  private final int n;

  /** Half the cost's slope at each code. */
  private final double[] gradient;

  /**
   * @param max largest code
   */
  CoordinateDescent(Hessian hessian, int max) {
    this.hessian = hessian;
    this.max = max;
    n = hessian.size();
    gradient = new double[n];
  }

  /**
   * Works on one output channel.
   *
   * @param weights real weights for codes of the input
   * @param scale of the codes
   * @param codes are improved
   * @return {@code (w - q)' H (w - q)}
   */
  double improve(double[] weights, double scale, double[] codes) {
    Arrays.fill(gradient, 0);
    for (int k = 0; k < n; k++) {
      hessian.addRow(k, codes[k] - weights[k] / scale, gradient);
    }
    int sweeps = 0;
    do {
      while (sweepSingle(codes)) {}
    } while (sweepPairs(codes) && ++sweeps < MAX_SWEEPS);
    double cost = 0;
    for (int k = 0; k < n; k++) {
      cost += (codes[k] - weights[k] / scale) * gradient[k];
    }
    return cost * scale * scale;
  }

  /** Whether a code changed. */
  private boolean sweepSingle(double[] codes) {
    boolean changed = false;
    for (int k = 0; k < n; k++) {
      double best = WeightRounding.code(codes[k] - gradient[k] / hessian.diagonal(k), max);
      if (best != codes[k] && gain(k, best - codes[k]) < -1e-12 * hessian.diagonal(k)) {
        change(codes, k, best - codes[k]);
        changed = true;
      }
    }
    return changed;
  }

  /** What a step of one code adds to the cost. */
  private double gain(int k, double step) {
    return step * (2 * gradient[k] + step * hessian.diagonal(k));
  }

  private void change(double[] codes, int k, double step) {
    codes[k] += step;
    hessian.addRow(k, step, gradient);
  }

  private boolean sweepPairs(double[] codes) {
    boolean changed = false;
    for (int k = 0; k < n; k++) {
      changed |= pair(codes, k, gradient[k] > 0 ? -1 : 1);
    }
    return changed;
  }

  /** Takes a step at {@code k} together with the best other one, if both are worth it. */
  private boolean pair(double[] codes, int k, int step) {
    if (Math.abs(codes[k] + step + 0.5) > max + 0.5) {
      return false;
    }
    double[] row = hessian.covariance()[k];
    double alone = gain(k, step);
    double least = -alone - 1e-9 * hessian.diagonal(k);
    int partner = -1;
    double partnerStep = 0;
    for (int j = 0; j < n; j++) {
      double slope = gradient[j] + step * row[j];
      double other = hessian.diagonal(j) - 2 * Math.abs(slope);
      if (other < least) {
        double s = slope > 0 ? -1 : 1;
        if (j != k && Math.abs(codes[j] + s + 0.5) <= max + 0.5) {
          least = other;
          partner = j;
          partnerStep = s;
        }
      }
    }
    if (partner < 0) {
      return false;
    }
    change(codes, k, step);
    change(codes, partner, partnerStep);
    return true;
  }
}
