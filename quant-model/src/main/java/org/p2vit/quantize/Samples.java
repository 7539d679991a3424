package org.p2vit.quantize;

import org.p2vit.golden.ScaleGrid;

/**
 * Rows of a tensor, seen in calibration.
 *
 * @param values rows x width
 */
record Samples(float[][] values) {

  private static final double GOLDEN_RATIO = 0.6180339887498949;

  int rows() {
    return values.length;
  }

  int width() {
    return values[0].length;
  }

  /** The {@code i}-th of {@code limit} rows among {@code rows}. */
  static int row(int i, int limit, int rows) {
    double place = i + i * GOLDEN_RATIO % 1;
    return (int) (place * rows / limit);
  }

  float maxMagnitude() {
    float max = 0;
    for (float[] row : values) {
      for (float v : row) {
        max = Math.max(max, Math.abs(v));
      }
    }
    return max;
  }

  float[] mean() {
    double[] sum = new double[width()];
    for (float[] row : values) {
      for (int c = 0; c < sum.length; c++) {
        sum[c] += row[c];
      }
    }
    float[] mean = new float[sum.length];
    for (int c = 0; c < mean.length; c++) {
      mean[c] = (float) (sum[c] / rows());
    }
    return mean;
  }

  /** Mean square, a channel. */
  double[] power() {
    double[] power = new double[width()];
    for (float[] row : values) {
      for (int c = 0; c < power.length; c++) {
        power[c] += (double) row[c] * row[c] / rows();
      }
    }
    return power;
  }

  Samples minus(float[] offset) {
    float[][] result = new float[rows()][width()];
    for (int r = 0; r < result.length; r++) {
      for (int c = 0; c < offset.length; c++) {
        result[r][c] = values[r][c] - offset[c];
      }
    }
    return new Samples(result);
  }

  /** Each channel times its factor. */
  Samples times(float[] factor) {
    float[][] result = new float[rows()][width()];
    for (int r = 0; r < result.length; r++) {
      for (int c = 0; c < factor.length; c++) {
        result[r][c] = values[r][c] * factor[c];
      }
    }
    return new Samples(result);
  }

  /** One channel's values. */
  float[] channel(int c) {
    float[] column = new float[rows()];
    for (int r = 0; r < column.length; r++) {
      column[r] = values[r][c];
    }
    return column;
  }

  /**
   * At most {@code limit} rows, evenly spread, yet not in step with the images' tokens: each from
   * another place of its share.
   */
  Samples thinned(int limit) {
    if (rows() <= limit) {
      return this;
    }
    float[][] kept = new float[limit][];
    for (int r = 0; r < limit; r++) {
      kept[r] = values[row(r, limit, rows())];
    }
    return new Samples(kept);
  }

  /** What is left after quantization to 8 bits with an exponent a channel, as real values. */
  Samples quantized(int[] exponent, ScaleGrid grid) {
    float[][] result = new float[rows()][width()];
    for (int c = 0; c < exponent.length; c++) {
      float up = grid.scale(-exponent[c]);
      float down = grid.scale(exponent[c]);
      for (int r = 0; r < result.length; r++) {
        result[r][c] = Exponents.round(values[r][c] * up, -128, 127) * down;
      }
    }
    return new Samples(result);
  }
}
