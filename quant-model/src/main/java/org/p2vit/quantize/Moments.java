package org.p2vit.quantize;

import org.p2vit.golden.MatrixProduct;

/**
 * Second moments of rows: {@code mean}, and the products of what two tensors' rows deviate from
 * their means, averaged over rows.
 */
final class Moments {
  /** Rows are summed in so many parts, whatever the number of cores: the result is the same. */
  private static final int PARTS = 8;

  /** Rows that are summed in floats, before they are added to doubles. */
  private static final int ROWS_AT_ONCE = 512;

  private Moments() {}

  /**
   * Weighted mean of rows.
   *
   * @param weights of rows; they add up to 1
   */
  static double[] mean(float[][] rows, float[] weights) {
    double[] mean = new double[rows[0].length];
    for (int r = 0; r < rows.length; r++) {
      for (int c = 0; c < mean.length; c++) {
        mean[c] += (double) weights[r] * rows[r][c];
      }
    }
    return mean;
  }

  /**
   * {@code sum_r weights[r] * (left[r][i] - leftMean[i]) * (right[r][j] - rightMean[j])} over the
   * first half of the rows and over the second.
   */
  static double[][][] covariances(
      float[][] left, double[] leftMean, float[][] right, double[] rightMean, float[] weights) {
    double[][][] parts = new double[PARTS][][];
    Parallel.each(
        PARTS,
        p -> {
          int begin = (int) ((long) left.length * p / PARTS);
          int end = (int) ((long) left.length * (p + 1) / PARTS);
          parts[p] = products(left, leftMean, right, rightMean, weights, begin, end);
        });
    int half = PARTS / 2;
    for (int p = 1; p < half; p++) {
      add(parts[p], parts[0]);
      add(parts[half + p], parts[half]);
    }
    return new double[][][] {parts[0], parts[half]};
  }

  private static double[][] products(
      float[][] left,
      double[] leftMean,
      float[][] right,
      double[] rightMean,
      float[] weights,
      int begin,
      int end) {
    int m = left[0].length;
    int n = right[0].length;
    double[][] sum = new double[m][n];
    for (int from = begin; from < end; from += ROWS_AT_ONCE) {
      int count = Math.min(ROWS_AT_ONCE, end - from);
      float[][] transposed = new float[m][count];
      float[][] rows = new float[count][n];
      for (int r = 0; r < count; r++) {
        float[] x = left[from + r];
        for (int i = 0; i < m; i++) {
          transposed[i][r] = weights[from + r] * (float) (x[i] - leftMean[i]);
        }
        float[] y = right[from + r];
        for (int j = 0; j < n; j++) {
          rows[r][j] = (float) (y[j] - rightMean[j]);
        }
      }
      float[][] product = new float[m][n];
      MatrixProduct.multiply(transposed, 0, rows, product);
      for (int i = 0; i < m; i++) {
        for (int j = 0; j < n; j++) {
          sum[i][j] += product[i][j];
        }
      }
    }
    return sum;
  }

  /** {@code sum += factor * row}. */
  static void addTimes(double factor, double[] row, double[] sum) {
    for (int j = 0; j < sum.length; j++) {
      sum[j] += factor * row[j];
    }
  }

  /** Adds to {@code sum}. */
  static void add(double[][] part, double[][] sum) {
    for (int i = 0; i < sum.length; i++) {
      for (int j = 0; j < sum[i].length; j++) {
        sum[i][j] += part[i][j];
      }
    }
  }
}
