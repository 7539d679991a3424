package org.p2vit.numerics;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LogSoftmaxTest {
  /** 99 % are the exact softmax's logarithm, rounded; none is off by more than one. */
  @ParameterizedTest
  @ValueSource(ints = {-5, -4, -3, -2})
  void codesAreThoseOfAnExactSoftmax(int exponent) {
    int tokens = 197;
    Random random = new Random(exponent);
    int equal = 0;
    int all = 0;
    for (int row = 0; row < 400; row++) {
      byte[] scores = new byte[tokens];
      double spread = 8 + random.nextInt(60);
      for (int j = 0; j < tokens; j++) {
        scores[j] = (byte) Rounding.saturate(Math.round(random.nextGaussian() * spread), 8);
      }
      int[] exact = exact(scores, exponent);
      byte[] codes = new byte[tokens];
      LogSoftmax.row(scores, 0, tokens, exponent, codes, 0);
      for (int j = 0; j < tokens; j++) {
        assertTrue(Math.abs(exact[j] - codes[j]) <= 1, codes[j] + " for " + exact[j]);
        equal += exact[j] == codes[j] ? 1 : 0;
        all++;
      }
    }
    assertTrue(equal >= 0.99 * all, equal + " of " + all + " codes are exact");
  }

  /** In double precision: {@code -log2(softmax)} to the nearest integer, 16 beyond 15. */
  private static int[] exact(byte[] scores, int exponent) {
    double[] powers = new double[scores.length];
    for (int j = 0; j < scores.length; j++) {
      powers[j] = Math.exp(Math.scalb((double) scores[j], exponent));
    }
    double sum = Arrays.stream(powers).sum();
    return Arrays.stream(powers)
        .mapToInt(p -> (int) Math.min(16, Math.rint(-Math.log(p / sum) / Math.log(2))))
        .toArray();
  }

  @Test
  void aRowOfEqualScoresIsSharedEqually() {
    byte[] scores = new byte[64];
    Arrays.fill(scores, (byte) -77);
    LogSoftmax.row(scores, 0, 64, -8, scores, 0);
    byte[] expected = new byte[64];
    Arrays.fill(expected, (byte) 6);
    assertArrayEquals(expected, scores);
  }

  @Test
  void oneScoreAboveAllOthersTakesAll() {
    byte[] scores = {-128, 127, -128};
    LogSoftmax.row(scores, 0, 3, 3, scores, 0);
    assertArrayEquals(new byte[] {16, 0, 16}, scores);
  }

  @Test
  void everyIntermediateStaysInItsWidth() {
    for (int exponent = -8; exponent <= 3; exponent++) {
      int shift = LogSoftmax.shift(exponent);
      int before = 0;
      for (int d = 0; d <= 255; d++) {
        int t = LogSoftmax.logDistance(d, shift);
        assertTrue(t >= before && t <= 8191, d + " gives " + t);
        before = t;
        int p = LogSoftmax.power(t);
        assertTrue(p >= 0 && p < 1 << 15, t + " gives " + p);
      }
    }
    for (int tokens = 1; tokens <= 4096; tokens++) {
      int sum = tokens * LogSoftmax.power(0);
      double expected = Math.log(sum / 32768.0) / Math.log(2) * 256;
      assertEquals(expected, LogSoftmax.logSum(sum), 6.5, "sum " + sum);
    }
  }

  /** What lets the golden model accumulate attention times V in 32 bits. */
  @Test
  void codesOfARowSumToLittleMoreThanOne() {
    Random random = new Random(4);
    for (int row = 0; row < 2000; row++) {
      int tokens = 1 + random.nextInt(1024);
      byte[] scores = new byte[tokens];
      int mask = (1 << random.nextInt(9)) - 1;
      for (int j = 0; j < tokens; j++) {
        scores[j] = (byte) (random.nextInt(256) & mask);
      }
      int exponent = -8 + random.nextInt(12);
      LogSoftmax.row(scores, 0, tokens, exponent, scores, 0);
      double sum = 0;
      for (byte code : scores) {
        sum += ContextMath.factor(code) / 32768.0;
      }
      assertTrue(sum < 1.6, tokens + " tokens sum to " + sum);
    }
  }

  @Test
  void shiftAndAddIsMultiplicationByThePower() {
    byte[] codes = {0, 3, 15, 16};
    byte[] values = {-128, 9, 100, 9, 7, 9, 127, 9};
    assertEquals(-128 * 32768 + 100 * 4096 + 7, ContextMath.accumulate(codes, 0, values, 0, 2, 4));
    assertEquals(-30, ContextMath.output(-29 * 1024 - 512, 10));
    assertEquals(127, ContextMath.output(128 * 1024, 10));
  }
}
