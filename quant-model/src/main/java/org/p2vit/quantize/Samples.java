package org.p2vit.quantize;

/**
 * Rows of a tensor, seen in calibration.
 *
 * @param rows how many
 * @param width channels
 * @param values rows x width
 */
record Samples(int rows, int width, float[] values) {

  float at(int row, int channel) {
    return values[row * width + channel];
  }

  float maxMagnitude() {
    float max = 0;
    for (float v : values) {
      max = Math.max(max, Math.abs(v));
    }
    return max;
  }

  float[] mean() {
    double[] sum = new double[width];
    for (int i = 0; i < values.length; i++) {
      sum[i % width] += values[i];
    }
    float[] mean = new float[width];
    for (int c = 0; c < width; c++) {
      mean[c] = (float) (sum[c] / rows);
    }
    return mean;
  }

  /** Mean square, a channel. */
  double[] power() {
    double[] power = new double[width];
    for (int i = 0; i < values.length; i++) {
      power[i % width] += (double) values[i] * values[i] / rows;
    }
    return power;
  }

  Samples minus(float[] offset) {
    float[] result = new float[values.length];
    for (int i = 0; i < result.length; i++) {
      result[i] = values[i] - offset[i % width];
    }
    return new Samples(rows, width, result);
  }

  /** Each channel times its factor. */
  Samples times(float[] factor) {
    float[] result = new float[values.length];
    for (int i = 0; i < result.length; i++) {
      result[i] = values[i] * factor[i % width];
    }
    return new Samples(rows, width, result);
  }

  /** One channel's values. */
  float[] channel(int c) {
    float[] column = new float[rows];
    for (int r = 0; r < rows; r++) {
      column[r] = values[r * width + c];
    }
    return column;
  }

  /** Every n-th row, so that at most {@code limit} are left. */
  Samples thinned(int limit) {
    int step = (rows + limit - 1) / limit;
    if (step <= 1) {
      return this;
    }
    int left = (rows + step - 1) / step;
    float[] kept = new float[left * width];
    for (int r = 0; r < left; r++) {
      System.arraycopy(values, r * step * width, kept, r * width, width);
    }
    return new Samples(left, width, kept);
  }

  /** What is left after quantization to 8 bits with an exponent a channel, as real values. */
  Samples quantized(int[] exponent) {
    float[] result = new float[values.length];
    float[] up = new float[width];
    float[] down = new float[width];
    for (int c = 0; c < width; c++) {
      up[c] = Math.scalb(1f, -exponent[c]);
      down[c] = Math.scalb(1f, exponent[c]);
    }
    for (int i = 0; i < result.length; i++) {
      int c = i % width;
      result[i] = Exponents.round(values[i] * up[c], -128, 127) * down[c];
    }
    return new Samples(rows, width, result);
  }
}
