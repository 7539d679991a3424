package org.p2vit.quantize;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.p2vit.golden.ScaleGrid;
import org.p2vit.model.Activation;
import org.p2vit.model.Activations;
import org.p2vit.numerics.Rounding;

class ExponentsTest {
  private static final Exponents EXPONENTS = new Exponents(ScaleGrid.POWERS_OF_TWO, true);

  @Test
  void leastSquaresEqualsBruteForce() {
    long seed = System.nanoTime();
    System.out.println("ExponentsTest seed " + seed);
    Random random = new Random(seed);
    for (int trial = 0; trial < 200; trial++) {
      int bits = random.nextBoolean() ? 8 : 4;
      float[] values = new float[1 + random.nextInt(100)];
      double scale = Math.exp(random.nextGaussian() * 5);
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) (random.nextGaussian() * scale * (random.nextInt(50) == 0 ? 10 : 1));
      }
      int found = EXPONENTS.leastSquares(values, bits);
      double least = Double.POSITIVE_INFINITY;
      int best = 0;
      for (int e = 60; e >= -60; e--) {
        double error = bruteForceError(values, e, bits);
        if (error < least) {
          least = error;
          best = e;
        }
      }
      double foundError = bruteForceError(values, found, bits);
      assertTrue(
          foundError <= least * (1 + 1e-5),
          "exponent " + found + " loses " + foundError + ", " + best + " loses " + least);
    }
  }

  private static double bruteForceError(float[] values, int e, int bits) {
    double sum = 0;
    for (float v : values) {
      double d = v - Math.scalb((double) Rounding.quantize(v, e, bits), e);
      sum += d * d;
    }
    return sum;
  }

  @Test
  void unclippedIsTight() {
    assertEquals(0, EXPONENTS.unclipped(127, 8));
    assertEquals(1, EXPONENTS.unclipped(127.1, 8));
    assertEquals(-7, EXPONENTS.unclipped(0.9, 8));
    assertEquals(Exponents.NOTHING, EXPONENTS.unclipped(0, 8));
  }

  @Test
  void queryAndKeyExponentsAddUpWithinHeads() {
    Random random = new Random(3);
    Samples q = random(random, 50, 8);
    Samples k = random(random, 50, 8);
    AttentionScales.QueryKey chosen = new AttentionScales(EXPONENTS).queryKey(q, k, 2);
    for (int c = 0; c < 8; c++) {
      int first = c / 4 * 4;
      assertEquals(
          chosen.query()[first] + chosen.key()[first],
          chosen.query()[c] + chosen.key()[c],
          "channel " + c);
    }
  }

  /** Channels of very different size. */
  private static Samples random(Random random, int rows, int width) {
    float[][] values = new float[rows][width];
    for (int r = 0; r < rows; r++) {
      for (int c = 0; c < width; c++) {
        values[r][c] = (float) Math.scalb(random.nextGaussian(), c - 4);
      }
    }
    return new Samples(values);
  }

  @Test
  void normalTailHasKnownValues() {
    assertEquals(0.5, Activations.normalTail(0), 1e-15);
    assertEquals(0.15865525393145707, Activations.normalTail(1), 1e-12);
    assertEquals(0.0013498980316300946, Activations.normalTail(3), 1e-12);
    Activation gelu = Gelu.activation(3);
    for (int u = 0; u < 256; u++) {
      assertTrue(gelu.table()[u] >= 0 && gelu.table()[u] <= 255, "entry " + u);
    }
    Activation wide = Gelu.activation(200);
    assertEquals(-7, wide.exponent());
    assertEquals(1, wide.indexShift());
    assertEquals(Math.rint(128 * 0.75 * 0.22662735237686826), wide.table()[48]);
    assertEquals(0, Gelu.activation(1e6).table()[255]);
    // The largest of x * (1 - Phi(x)) is 0.17 near 0.75.
    assertEquals(Math.rint(1024 * 0.75 * 0.22662735237686826), gelu.table()[48]);
  }
}
