package org.p2vit.golden;

import java.util.Arrays;

/**
 * Matrix products in 32-bit integers. The right operand is K x N, so that the innermost loops run
 * along N, over plain arrays that the compiler vectorizes.
 */
final class Accumulator {
  private Accumulator() {}

  /** {@code rows} x {@code columns} to its transpose, widened. */
  static int[] transpose(byte[] matrix, int from, int stride, int rows, int columns) {
    int[] result = new int[rows * columns];
    for (int r = 0; r < rows; r++) {
      for (int c = 0; c < columns; c++) {
        result[c * rows + r] = matrix[from + r * stride + c];
      }
    }
    return result;
  }

  /**
   * {@code acc[r][n] = start[n] + sum_k left[r][k] * right[k][n]}.
   *
   * @param left row {@code r} starts at {@code leftFrom + r * leftStride}
   * @param k terms of a sum
   * @param right k x n
   * @param start n, or null for 0
   * @param acc rows x n
   */
  static void multiply(
      byte[] left,
      int leftFrom,
      int leftStride,
      int rows,
      int k,
      int[] right,
      int n,
      int[] start,
      int[] acc) {
    for (int r = 0; r < rows; r++) {
      int x = leftFrom + r * leftStride;
      int to = r * n;
      if (start == null) {
        Arrays.fill(acc, to, to + n, 0);
      } else {
        System.arraycopy(start, 0, acc, to, n);
      }
      int i = 0;
      for (; i + 8 <= k; i += 8, x += 8) {
        add8(
            left[x],
            left[x + 1],
            left[x + 2],
            left[x + 3],
            left[x + 4],
            left[x + 5],
            left[x + 6],
            left[x + 7],
            right,
            i * n,
            n,
            acc,
            to);
      }
      for (; i < k; i++, x++) {
        add(left[x], right, i * n, n, acc, to);
      }
    }
  }

  /** {@code acc[to + j] += x * right[from + j]} for {@code j < n}. */
  static void add(int x, int[] right, int from, int n, int[] acc, int to) {
    for (int j = 0; j < n; j++) {
      acc[to + j] += x * right[from + j];
    }
  }

  /** Eight rows of {@code right} at once, to load and store {@code acc} an eighth as often. */
  private static void add8(
      int x0,
      int x1,
      int x2,
      int x3,
      int x4,
      int x5,
      int x6,
      int x7,
      int[] right,
      int from,
      int n,
      int[] acc,
      int to) {
    int f1 = from + n;
    int f2 = f1 + n;
    int f3 = f2 + n;
    int f4 = f3 + n;
    int f5 = f4 + n;
    int f6 = f5 + n;
    int f7 = f6 + n;
    for (int j = 0; j < n; j++) {
      acc[to + j] +=
          x0 * right[from + j]
              + x1 * right[f1 + j]
              + x2 * right[f2 + j]
              + x3 * right[f3 + j]
              + x4 * right[f4 + j]
              + x5 * right[f5 + j]
              + x6 * right[f6 + j]
              + x7 * right[f7 + j];
    }
  }
}
