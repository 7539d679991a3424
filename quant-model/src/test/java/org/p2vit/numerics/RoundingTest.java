package org.p2vit.numerics;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RoundingTest {
  private static final BigDecimal TWO = BigDecimal.valueOf(2);

  /** All shifts that re-quantization has, over all codes of 13 bits and around every tie. */
  @Test
  void everyShiftOverADenseRangeOfCodes() {
    for (int n = -8; n <= 31; n++) {
      for (int x = -4096; x <= 4096; x++) {
        check(x, n);
      }
      if (n > 0) {
        long half = 1L << (n - 1);
        for (int k = -300; k <= 300; k++) {
          for (int near = -2; near <= 2; near++) {
            check(k * half + near, n);
          }
        }
      }
    }
  }

  @Test
  void wideNumbersAndShifts() {
    Random random = new Random(17);
    for (int i = 0; i < 200_000; i++) {
      check(random.nextLong() >> random.nextInt(63), random.nextInt(62));
    }
    check(Long.MAX_VALUE, 62);
    check(Long.MIN_VALUE, 62);
  }

  private static void check(long x, int n) {
    BigDecimal exact =
        n < 0
            ? BigDecimal.valueOf(x).multiply(TWO.pow(-n))
            : BigDecimal.valueOf(x).divide(TWO.pow(n));
    BigInteger expected = exact.setScale(0, RoundingMode.HALF_EVEN).toBigInteger();
    if (expected.longValueExact() != Rounding.shift(x, n)) {
      assertEquals(expected.longValueExact(), Rounding.shift(x, n), x + " shifted by " + n);
    }
  }

  @Test
  void saturationAtEveryWidth() {
    for (int bits = 2; bits <= 32; bits++) {
      long max = (1L << (bits - 1)) - 1;
      for (long near = -2; near <= 2; near++) {
        assertEquals(Math.min(max, max + near), Rounding.saturate(max + near, bits));
        assertEquals(Math.max(~max, ~max + near), Rounding.saturate(~max + near, bits));
      }
      assertEquals(max, Rounding.saturate(Long.MAX_VALUE, bits));
      assertEquals(~max, Rounding.saturate(Long.MIN_VALUE, bits));
      assertEquals(0, Rounding.saturate(0, bits));
    }
  }

  @Test
  void realNumbersRoundHalfToEven() {
    assertEquals(2, Rounding.quantize(2.5, 0, 8));
    assertEquals(4, Rounding.quantize(3.5, 0, 8));
    assertEquals(-2, Rounding.quantize(-0.25, -3, 8));
    assertEquals(127, Rounding.quantize(1e30, -6, 8));
    assertEquals(-32768, Rounding.quantize(Double.NEGATIVE_INFINITY, 0, 16));
  }
}
