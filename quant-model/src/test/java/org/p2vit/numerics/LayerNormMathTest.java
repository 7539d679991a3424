package org.p2vit.numerics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LayerNormMathTest {
  /** Fractional bits of z. */
  private static final double Z_UNIT = 1.0 / 1024;

  /**
   * Bound of a normalized value against double precision: half a unit of z; the mean's error (half
   * a unit of 1/16, and half a unit of its 24-bit reciprocal) over the deviation; and the
   * reciprocal square root's relative error.
   */
  private static double bound(double exact, double mean, double deviation) {
    double meanError = 1.0 / 32 + Math.abs(mean) / (1 << 24);
    return 0.5 * Z_UNIT + 1.001 * meanError / deviation + 3e-4 * Math.abs(exact);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 48, 64, 96, 192, 384, 768, 1000, 1024})
  void normalizesLikeDoublePrecision(int channels) {
    Random random = new Random(channels);
    int log2 = LayerNormMath.log2Channels(channels);
    int maxPtf = Math.min(7, (62 - 1 - 2 * log2 - 30) / 2);
    for (int row = 0; row < 300; row++) {
      double spread = Math.pow(2, random.nextDouble() * 14);
      double mean = (random.nextDouble() - 0.5) * 20000;
      int[] x = new int[channels];
      for (int c = 0; c < channels; c++) {
        double v = mean + random.nextGaussian() * spread;
        x[c] = (int) Rounding.saturate((long) v, 16) << (row % 2 == 0 ? 0 : maxPtf);
      }
      check(x, 0);
      check(x, 1000);
    }
  }

  @Test
  void oneOutlierAmongMany() {
    int[] x = new int[192];
    Random random = new Random(1);
    Arrays.setAll(x, c -> random.nextInt(100));
    x[7] = 32767 << 7;
    check(x, 0);
    x[7] = -32768 << 7;
    check(x, 5);
  }

  /** All at one limit and half at each: the largest sums there are. */
  @Test
  void extremeRows() {
    for (int channels : new int[] {192, 256}) {
      int[] x = new int[channels];
      Arrays.fill(x, -32768 << 7);
      check(x, 1);
      Arrays.fill(x, 0, channels / 2, 32767 << 7);
      check(x, 1);
    }
  }

  @Test
  void tinyVariance() {
    for (int channels : new int[] {64, 100, 192}) {
      int[] x = new int[channels];
      Arrays.fill(x, 12345);
      x[3]++;
      check(x, 0);
      check(x, 1);
      x[4]--;
      check(x, 1 << 20);
    }
  }

  @Test
  void constantRowsGiveNothingOrNearlyNothing() {
    int channels = 96;
    for (int value : new int[] {0, 1, -777, 32767, -32768}) {
      int[] x = new int[channels];
      Arrays.fill(x, value);
      assertEquals(0, LayerNormMath.normalize(value, statistics(x, 0), channels), "W is 0");
      check(x, 1L << 30);
    }
  }

  private static LayerNormMath.Statistics statistics(int[] x, long epsilon) {
    long s1 = Arrays.stream(x).asLongStream().sum();
    long s2 = Arrays.stream(x).mapToLong(v -> (long) v * v).sum();
    return LayerNormMath.statistics(s1, s2, x.length, epsilon);
  }

  private static void check(int[] x, long epsilon) {
    int n = x.length;
    double mean = Arrays.stream(x).average().orElseThrow();
    double variance = Arrays.stream(x).mapToDouble(v -> (v - mean) * (v - mean)).sum() / n;
    double deviation = Math.sqrt(variance + (double) epsilon / n / n);
    LayerNormMath.Statistics row = statistics(x, epsilon);
    for (int v : x) {
      double exact = deviation == 0 ? 0 : (v - mean) / deviation;
      double limited = Math.max(-32, Math.min(32 - Z_UNIT, exact));
      double found = LayerNormMath.normalize(v, row, n) * Z_UNIT;
      double bound = deviation == 0 ? 0 : bound(limited, mean, deviation);
      if (Math.abs(found - limited) > bound) {
        assertEquals(limited, found, bound, v + " in a row of deviation " + deviation);
      }
    }
  }

  /** Relative error of the table with one Newton step, over all mantissas and many exponents. */
  @Test
  void reciprocalSquareRootIsGoodToTwelveBits() {
    Random random = new Random(3);
    double worst = 0;
    for (int bits = 1; bits <= 62; bits++) {
      for (int i = 0; i < 4000; i++) {
        long w = (1L << (bits - 1)) | (random.nextLong() & ((1L << (bits - 1)) - 1));
        int h = LayerNormMath.exponent(w);
        double exact = Math.scalb(1.0, 16 + h) / Math.sqrt(w);
        int found = LayerNormMath.reciprocalSqrt(w);
        assertTrue(found > 0 && found < 1 << 17, w + " gives " + found);
        worst = Math.max(worst, Math.abs(found / exact - 1));
      }
    }
    assertTrue(worst < 1.0 / 4096, "relative error " + worst);
    assertEquals(0, LayerNormMath.reciprocalSqrt(0));
  }

  @Test
  void constants() {
    for (int channels = 1; channels <= 1024; channels++) {
      int log2 = LayerNormMath.log2Channels(channels);
      assertTrue(1 << log2 >= channels && (log2 == 0 || 1 << (log2 - 1) < channels));
      double exact = Math.scalb(1.0, 23 + log2) / channels;
      assertEquals(exact, LayerNormMath.reciprocal(channels), 0.5);
      assertTrue(LayerNormMath.reciprocal(channels) < 1 << 25);
    }
    assertEquals(Math.round(192 * 192 * 1e-6 * 4096), LayerNormMath.epsilon(192, 1e-6, -6));
    assertEquals(0, LayerNormMath.epsilon(192, 1e-6, 0));
  }

  @Test
  void gainAndOffsetRoundOnce() {
    assertEquals(2, LayerNormMath.scale(5, 1, 0, 1));
    assertEquals(4, LayerNormMath.scale(5, 1, 2, 1));
    assertEquals(-128, LayerNormMath.scale(32767, -2048, 0, 4));
    assertEquals(127, LayerNormMath.scale(0, 2047, Integer.MAX_VALUE, 0));
  }
}
