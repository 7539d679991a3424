package org.p2vit.golden;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.p2vit.model.Linear;
import org.p2vit.numerics.Rounding;

/** Integers held in floats against the same in longs. */
class FloatIntegersTest {

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void productsOfAllShapes(long seed) {
    Random random = new Random(seed);
    int rows = 1 + random.nextInt(8);
    int terms = 1 + random.nextInt(40);
    int columns = 1 + random.nextInt(100);
    int from = random.nextInt(4);
    float[][] left = codes(rows, from + terms + 2, () -> random.nextInt(256) - 128);
    float[][] right = codes(terms, columns, () -> random.nextInt(256) - 128);
    float[][] acc = codes(rows, columns, () -> random.nextInt(2001) - 1000);
    for (int m = 0; m < rows; m++) {
      for (int n = 0; n < columns; n++) {
        long expected = (long) acc[m][n];
        for (int k = 0; k < terms; k++) {
          expected += (long) left[m][from + k] * (long) right[k][n];
        }
        float[][] result = Arrays.stream(acc).map(float[]::clone).toArray(float[][]::new);
        MatrixProduct.multiply(left, from, right, result);
        assertEquals(expected, (long) result[m][n], "row " + m + ", column " + n);
      }
    }
  }

  /** The largest sum that the limit allows. */
  @Test
  void productsUpToTheLimit() {
    int terms = MatrixProducts.EXACT_LIMIT / (128 * 128);
    float[][] right = codes(terms, 20, () -> -128);
    float[][] left = codes(3, terms, () -> -128);
    left[1][terms - 1] = -127;
    right[0][7] = 127;
    float[][] acc = new float[3][20];
    MatrixProduct.multiply(left, 0, right, acc);
    assertEquals(1 << 24, (long) acc[0][0]);
    assertEquals((1 << 24) - 128, (long) acc[1][0]);
    assertEquals((1 << 24) - 128 * 255, (long) acc[2][7]);
  }

  /** Channels whose sums floats cannot hold: their odd bias decides the rounding. */
  @Test
  void channelsBeyondTheLimitAreExact() {
    int in = 1500;
    byte[] weights = new byte[3 * in];
    Arrays.fill(weights, (byte) -128);
    Arrays.fill(weights, 2 * in, 3 * in, (byte) 1);
    int[] bias = {-1, 1 << 30, 5};
    int[] shifts = {11, 16, 4};
    Linear linear = new Linear(in, 3, 8, weights, bias, new int[] {-11, -16, -4});
    float[][] x = codes(2, in, () -> -128);
    // 128 * 128 * 1,499 - 128 * 8 - 1: just below 11,991.5 units of 2^11, a half that would go up
    x[0][0] = 8;
    for (MatrixProducts products : List.of(JavaProducts.INSTANCE, OnnxProducts.orJava())) {
      float[][] y = new float[2][3];
      new LinearLayer(products, linear, o -> 0, 16, ScaleGrid.POWERS_OF_TWO).apply(x, y);
      for (int r = 0; r < 2; r++) {
        for (int o = 0; o < 3; o++) {
          long acc = bias[o];
          for (int k = 0; k < in; k++) {
            acc += (long) x[r][k] * weights[o * in + k];
          }
          assertEquals(Rounding.requantize(acc, shifts[o], 16), (int) y[r][o], r + ", " + o);
        }
      }
    }
  }

  @Test
  void requantizationRoundsHalvesToEvenAndSaturates() {
    for (int shift = -8; shift <= 31; shift++) {
      for (int bits : new int[] {8, 12, 16}) {
        int most = 1 << 24;
        int[] values = {0, 1, -1, 3, -3, most, -most, most - 1, 5 << 10, -5 << 10, 12345, -54321};
        for (int value : values) {
          for (int near = -1; near <= 1; near++) {
            int v = Math.max(-most, Math.min(most, value + near));
            float[] x = {v};
            Rows.requantize(x, Rows.scale(shift), bits);
            int expected = Rounding.requantize(v, shift, bits);
            assertEquals(expected, (int) x[0], v + " by " + shift + " to " + bits);
          }
        }
      }
    }
  }

  private static float[][] codes(int rows, int columns, java.util.function.IntSupplier value) {
    float[][] matrix = new float[rows][columns];
    for (float[] row : matrix) {
      for (int c = 0; c < columns; c++) {
        row[c] = value.getAsInt();
      }
    }
    return matrix;
  }
}
