package org.p2vit.quantize;

/** What a linear layer reads in calibration, and the statistics that its weights are chosen by. */
final class LayerInput {
  private final InputScale scale;
  private final float[][] codes;
  private final float[] weights;
  private final double[] mean;
  private final double[][][] halves;
  private final double[][] covariance;

  /**
   * @param codes rows that the integer model computes
   * @param rowWeight how much a row counts, relative to others
   */
  LayerInput(InputScale scale, float[][] codes, float[] rowWeight) {
    this.scale = scale;
    this.codes = codes;
    weights = normalized(rowWeight);
    mean = Moments.mean(codes, weights);
    halves = Moments.covariances(codes, mean, codes, mean, weights);
    covariance = new double[mean.length][mean.length];
    Moments.add(halves[0], covariance);
    Moments.add(halves[1], covariance);
  }

  private static float[] normalized(float[] weights) {
    double sum = 0;
    for (float w : weights) {
      sum += w;
    }
    float[] result = new float[weights.length];
    for (int r = 0; r < result.length; r++) {
      result[r] = (float) (weights[r] / sum);
    }
    return result;
  }

  InputScale scale() {
    return scale;
  }

  /** Mean code, a channel. */
  double[] mean() {
    return mean;
  }

  /** Of the codes. */
  double[][] covariance() {
    return covariance;
  }

  /** Mean of a tensor with as many rows. */
  double[] mean(float[][] target) {
    return Moments.mean(target, weights);
  }

  /** The covariance of the codes, as the sum of what each half of the rows contributes. */
  double[][][] halves() {
    return halves;
  }

  /**
   * Between a tensor with as many rows and the codes, for each half of the rows: target's channels
   * x channels.
   */
  double[][][] halves(float[][] target, double[] targetMean) {
    return Moments.covariances(target, targetMean, codes, mean, weights);
  }
}
