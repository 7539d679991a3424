package org.p2vit.numerics;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;
import org.p2vit.model.Activation;
import org.p2vit.model.Activations;

class ActivationMathTest {
  /** The integral of the normal density from 0, by Simpson's rule. */
  private static double normalCdf(double v) {
    int steps = 2000;
    double sum = 0;
    for (int i = 0; i <= steps; i++) {
      double x = v * i / steps;
      int weight = i == 0 || i == steps ? 1 : i % 2 == 1 ? 4 : 2;
      sum += weight * Math.exp(-x * x / 2);
    }
    return 0.5 + sum * v / steps / 3 / Math.sqrt(2 * Math.PI);
  }

  @Test
  void geluTableIsExact() {
    short[] table = Activations.gelu().table();
    for (int u = 0; u < 256; u++) {
      double v = u / 64.0;
      assertEquals(Math.round(1024 * v * (1 - normalCdf(v))), table[u], "entry " + u);
    }
  }

  @Test
  void everyInputIsCloseToTheRealFunction() {
    everyInput(Activations.gelu(), x -> x * normalCdf(x), 5e-3);
    everyInput(Activations.silu(), x -> x / (1 + Math.exp(-x)), 1.1e-2);
    everyInput(Activations.relu(), x -> Math.max(x, 0), 0);
  }

  private static void everyInput(Activation a, DoubleUnaryOperator exact, double bound) {
    for (int p = -32768; p <= 32767; p++) {
      int y = ActivationMath.activate(p, a.indexShift(), a.table());
      double x = Math.scalb((double) p, a.exponent());
      assertEquals(exact.applyAsDouble(x), Math.scalb((double) y, a.exponent()), bound, "x " + x);
    }
  }

  /** {@code f(x) - f(-x) = x}, as {@code S(x) + S(-x) = 1}. */
  @Test
  void theOddPartIsHalfTheIdentity() {
    Activation a = Activations.gelu();
    for (int p = 0; p <= 32767; p++) {
      int difference =
          ActivationMath.activate(p, 4, a.table()) - ActivationMath.activate(-p, 4, a.table());
      assertEquals(p, difference);
    }
  }

  @Test
  void theIndexRoundsHalfToEvenAndSaturates() {
    assertEquals(0, ActivationMath.index(8, 4));
    assertEquals(2, ActivationMath.index(-24, 4));
    assertEquals(255, ActivationMath.index(-32768, 4));
    assertEquals(255, ActivationMath.index(255, 0));
    assertEquals(1, ActivationMath.index(-32768, 15));
  }

  @Test
  void preActivationAndOutputSaturate() {
    assertEquals(32767, ActivationMath.preActivation(Integer.MAX_VALUE, -8));
    assertEquals(-32768, ActivationMath.preActivation(Integer.MIN_VALUE, 15));
    assertEquals(127, ActivationMath.output(32767, 0));
    assertEquals(-5, ActivationMath.output(-174, 5));
    assertEquals(0, ActivationMath.output(-255, 15));
  }
}
