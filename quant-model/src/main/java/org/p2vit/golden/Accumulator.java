package org.p2vit.golden;

/**
 * Matrix products in 32-bit integers. Each row of the right operand is an array of its own and each
 * index a plain loop counter: the form of loop that HotSpot's compiler vectorizes (with offsets
 * into one array it does not, and is ten times slower).
 */
final class Accumulator {
  private Accumulator() {}

  /**
   * A block of a row-major matrix, transposed and widened.
   *
   * @param from index of the block's first element
   * @param stride columns of the whole matrix
   * @return columns x rows
   */
  static int[][] transpose(byte[] matrix, int from, int stride, int rows, int columns) {
    int[][] result = new int[columns][rows];
    for (int r = 0; r < rows; r++) {
      for (int c = 0; c < columns; c++) {
        result[c][r] = matrix[from + r * stride + c];
      }
    }
    return result;
  }

  /** As {@link #transpose}, but rows x columns. */
  static int[][] widen(byte[] matrix, int from, int stride, int rows, int columns) {
    int[][] result = new int[rows][columns];
    for (int r = 0; r < rows; r++) {
      for (int c = 0; c < columns; c++) {
        result[r][c] = matrix[from + r * stride + c];
      }
    }
    return result;
  }

  /**
   * {@code acc[n] += sum_k left[from + k] * right[k][n]}.
   *
   * @param right k x n
   */
  static void multiply(byte[] left, int from, int[][] right, int[] acc) {
    int k = 0;
    for (; k + 4 <= right.length; k += 4) {
      int x = from + k;
      add(
          left[x],
          right[k],
          left[x + 1],
          right[k + 1],
          left[x + 2],
          right[k + 2],
          left[x + 3],
          right[k + 3],
          acc);
    }
    for (; k < right.length; k++) {
      add(left[from + k], right[k], acc);
    }
  }

  /** {@code acc += x * row}. */
  static void add(int x, int[] row, int[] acc) {
    for (int j = 0; j < acc.length; j++) {
      acc[j] += x * row[j];
    }
  }

  /** Four rows at once, to load and store {@code acc} a quarter as often. */
  static void add(
      int x0, int[] row0, int x1, int[] row1, int x2, int[] row2, int x3, int[] row3, int[] acc) {
    for (int j = 0; j < acc.length; j++) {
      acc[j] += x0 * row0[j] + x1 * row1[j] + x2 * row2[j] + x3 * row3[j];
    }
  }
}
