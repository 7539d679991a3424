package org.p2vit.golden;

/**
 * Matrix products of integers that are held in floats.
 *
 * <p>A float represents every integer up to {@link MatrixProducts#EXACT_LIMIT} in magnitude, so
 * such a product is exact, in whatever order it is summed, as long as the absolute values of a
 * sum's terms, its start value included, add up to no more than that. The caller shows that they
 * do. On processors with fused multiply-add (x86-64 since 2013, all 64-bit Arm) this is several
 * times as fast as 32-bit integers; without it, Java emulates {@code Math.fma} and is slow.
 *
 * <p>Matrices are arrays of rows. The innermost loop's only index is its counter and its arrays are
 * whole rows: the form of loop that HotSpot's compiler turns into vector instructions.
 */
public final class MatrixProduct {
  /**
   * Rows of the result and rows of {@code right} that one pass of the innermost loop takes: each
   * value loaded serves three multiplications. HotSpot does not vectorize larger bodies reliably.
   */
  private static final int TILE = 3;

  private MatrixProduct() {}

  /**
   * {@code acc[m][n] += sum_k left[m][from + k] * right[k][n]} for all rows {@code m}.
   *
   * @param left at least {@code from + right.length} columns
   * @param right k x n
   * @param acc rows of n
   */
  public static void multiply(float[][] left, int from, float[][] right, float[][] acc) {
    int end = acc.length;
    int m = 0;
    for (; m + TILE <= end; m += TILE) {
      int k = 0;
      for (; k + TILE <= right.length; k += TILE) {
        tile(left, from, right, k, acc, m);
      }
      for (; k < right.length; k++) {
        for (int i = m; i < m + TILE; i++) {
          add(left[i][from + k], right[k], acc[i]);
        }
      }
    }
    for (; m < end; m++) {
      for (int k = 0; k < right.length; k++) {
        add(left[m][from + k], right[k], acc[m]);
      }
    }
  }

  /**
   * Rows {@code m} to {@code m + 2} gain terms {@code k} to {@code k + 2}. The rows are fetched
   * here: if they are arguments, HotSpot 17 does not vectorize the loop, which is six times slower.
   */
  private static void tile(float[][] left, int from, float[][] right, int k, float[][] acc, int m) {
    int at = from + k;
    float[] acc0 = acc[m];
    float[] acc1 = acc[m + 1];
    float[] acc2 = acc[m + 2];
    float x00 = left[m][at];
    float x01 = left[m][at + 1];
    float x02 = left[m][at + 2];
    float x10 = left[m + 1][at];
    float x11 = left[m + 1][at + 1];
    float x12 = left[m + 1][at + 2];
    float x20 = left[m + 2][at];
    float x21 = left[m + 2][at + 1];
    float x22 = left[m + 2][at + 2];
    float[] row0 = right[k];
    float[] row1 = right[k + 1];
    float[] row2 = right[k + 2];
    for (int j = 0; j < acc0.length; j++) {
      float w0 = row0[j];
      float w1 = row1[j];
      float w2 = row2[j];
      float sum0 = Math.fma(x02, w2, Math.fma(x01, w1, Math.fma(x00, w0, acc0[j])));
      float sum1 = Math.fma(x12, w2, Math.fma(x11, w1, Math.fma(x10, w0, acc1[j])));
      float sum2 = Math.fma(x22, w2, Math.fma(x21, w1, Math.fma(x20, w0, acc2[j])));
      acc0[j] = sum0;
      acc1[j] = sum1;
      acc2[j] = sum2;
    }
  }

  private static void add(float x, float[] row, float[] acc) {
    for (int j = 0; j < acc.length; j++) {
      acc[j] = Math.fma(x, row[j], acc[j]);
    }
  }
}
