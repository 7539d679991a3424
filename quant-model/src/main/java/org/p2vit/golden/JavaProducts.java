package org.p2vit.golden;

import java.util.Arrays;
import org.p2vit.model.Linear;

/** Products by {@link MatrixProduct}. */
final class JavaProducts implements MatrixProducts {
  static final JavaProducts INSTANCE = new JavaProducts();

  private JavaProducts() {}

  @Override
  public Affine affine(Linear linear) {
    float[][] weights = new float[linear.in()][linear.out()];
    float[] bias = new float[linear.out()];
    for (int o = 0; o < linear.out(); o++) {
      bias[o] = linear.bias()[o];
      for (int k = 0; k < linear.in(); k++) {
        weights[k][o] = linear.weights()[o * linear.in() + k];
      }
    }
    return (x, y) -> {
      for (float[] row : y) {
        System.arraycopy(bias, 0, row, 0, bias.length);
      }
      MatrixProduct.multiply(x, 0, weights, y);
    };
  }

  @Override
  public void scores(float[][] query, float[][] key, float[][][] scores) {
    int headDim = query[0].length / scores.length;
    float[][] transposed = new float[headDim][query.length];
    for (int h = 0; h < scores.length; h++) {
      Rows.transpose(query, h * headDim, transposed);
      clear(scores[h]);
      MatrixProduct.multiply(key, h * headDim, transposed, scores[h]);
    }
  }

  @Override
  public void context(float[][][] factors, float[][] value, float[][] context) {
    int tokens = value.length;
    int headDim = value[0].length / factors.length;
    float[][] transposedValue = new float[headDim][tokens];
    float[][] transposed = new float[headDim][tokens];
    for (int h = 0; h < factors.length; h++) {
      Rows.transpose(value, h * headDim, transposedValue);
      clear(transposed);
      MatrixProduct.multiply(transposedValue, 0, factors[h], transposed);
      for (int c = 0; c < headDim; c++) {
        for (int t = 0; t < tokens; t++) {
          context[t][h * headDim + c] = transposed[c][t];
        }
      }
    }
  }

  private static void clear(float[][] matrix) {
    for (float[] row : matrix) {
      Arrays.fill(row, 0);
    }
  }
}
