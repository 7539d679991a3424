package org.p2vit.golden;

import java.util.Arrays;
import java.util.function.IntUnaryOperator;
import org.p2vit.model.Linear;

/**
 * Compares products on codes at their limits, where a kernel that saturates or wraps shows it, and
 * on sizes that fill no vector.
 */
final class ProductsCheck {
  private static final int ROWS = 7;
  private static final int HEADS = 3;
  private static final int HEAD_DIM = 45;
  private static final int IN = HEADS * HEAD_DIM;
  private static final int OUT = 37;

  private static final IntUnaryOperator[] PATTERNS = {
    i -> -128, i -> 127, i -> i % 2 == 0 ? -128 : 127, i -> i % 3 == 0 ? 127 : -128, i -> (byte) i
  };

  private ProductsCheck() {}

  static boolean agree(MatrixProducts one, MatrixProducts other) {
    for (IntUnaryOperator left : PATTERNS) {
      for (IntUnaryOperator right : PATTERNS) {
        if (!Arrays.deepEquals(results(one, left, right), results(other, left, right))) {
          return false;
        }
      }
    }
    return true;
  }

  /** Of an affine product, scores and context. */
  private static Object[] results(
      MatrixProducts products, IntUnaryOperator left, IntUnaryOperator right) {
    float[][] x = matrix(ROWS, IN, left);
    byte[] weights = new byte[OUT * IN];
    int[] bias = new int[OUT];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = (byte) right.applyAsInt(i);
    }
    Arrays.setAll(bias, o -> 1001 * (o - OUT / 2));
    float[][] y = new float[ROWS][OUT];
    products.affine(new Linear(IN, OUT, 8, weights, bias, new int[OUT])).apply(x, y);

    float[][] value = matrix(ROWS, IN, right);
    float[][][] scores = new float[HEADS][ROWS][ROWS];
    products.scores(x, value, scores);

    // Powers of two, as attention's factors are, up to the largest that as many rows allow.
    float[][][] factors = new float[HEADS][][];
    Arrays.setAll(factors, h -> matrix(ROWS, ROWS, i -> 1 << (left.applyAsInt(i) & 7) + 7));
    float[][] context = new float[ROWS][IN];
    products.context(factors, value, context);
    return new Object[] {y, scores, context};
  }

  private static float[][] matrix(int rows, int columns, IntUnaryOperator pattern) {
    float[][] matrix = new float[rows][columns];
    for (int i = 0; i < rows * columns; i++) {
      matrix[i / columns][i % columns] = pattern.applyAsInt(i);
    }
    return matrix;
  }
}
