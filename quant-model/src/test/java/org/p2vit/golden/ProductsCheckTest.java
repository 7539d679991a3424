package org.p2vit.golden;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.p2vit.model.Linear;

class ProductsCheckTest {

  @Test
  void exactProductsAgree() {
    assertTrue(ProductsCheck.agree(JavaProducts.INSTANCE, JavaProducts.INSTANCE));
  }

  /** What makes products of unsigned and signed bytes wrong on older processors. */
  @Test
  void sumsOfTwoThatSaturateAreNoticed() {
    assertFalse(ProductsCheck.agree(new Saturating(), JavaProducts.INSTANCE));
  }

  /** Layers as {@code vpmaddubsw} would compute them; the rest is right. */
  private static final class Saturating implements MatrixProducts {
    @Override
    public Affine affine(Linear linear) {
      return (x, y) -> {
        for (int t = 0; t < y.length; t++) {
          for (int o = 0; o < linear.out(); o++) {
            y[t][o] = linear.bias()[o] + sum(linear, x[t], o);
          }
        }
      };
    }

    private static int sum(Linear linear, float[] x, int o) {
      int sum = 0;
      for (int k = 0; k < x.length; k += 2) {
        int two = 0;
        for (int i = k; i < Math.min(k + 2, x.length); i++) {
          int weight = linear.weights()[o * x.length + i];
          two += ((int) x[i] + 128) * weight;
          sum -= 128 * weight;
        }
        sum += Math.max(Short.MIN_VALUE, Math.min(Short.MAX_VALUE, two));
      }
      return sum;
    }

    @Override
    public void scores(float[][] query, float[][] key, float[][][] scores) {
      JavaProducts.INSTANCE.scores(query, key, scores);
    }

    @Override
    public void context(float[][][] factors, float[][] value, float[][] context) {
      JavaProducts.INSTANCE.context(factors, value, context);
    }
  }
}
