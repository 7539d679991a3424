package org.p2vit.model;

import java.util.function.DoubleUnaryOperator;
import org.p2vit.numerics.ActivationMath;

/** The activation functions that have tables (docs/numerics.md section 4). */
public final class Activations {
  private Activations() {}

  /** {@code x * Phi(x)} with the normal distribution {@code Phi}, as in exact (erf) GELU. */
  public static Activation gelu() {
    return tabulate("gelu", -10, v -> v * (1 - normalCdf(v)));
  }

  /** {@code x / (1 + exp(-x))}; one exponent above GELU's, as its table would not fit 8 bits. */
  public static Activation silu() {
    return tabulate("silu", -9, v -> v / (1 + Math.exp(v)));
  }

  public static Activation relu() {
    return tabulate("relu", -10, v -> 0);
  }

  private static Activation tabulate(String kind, int exponent, DoubleUnaryOperator g) {
    int indexShift = 4;
    short[] table = new short[ActivationMath.TABLE_SIZE];
    for (int u = 0; u < table.length; u++) {
      double v = Math.scalb((double) u, indexShift + exponent);
      table[u] = (short) Math.rint(Math.scalb(g.applyAsDouble(v), -exponent));
    }
    return new Activation(kind, exponent, indexShift, table);
  }

  /** By its Taylor series around 0 with the density factored out; good for |v| of some units. */
  private static double normalCdf(double v) {
    double sum = 0;
    double term = v;
    for (int n = 3; term > 1e-18; n += 2) {
      sum += term;
      term *= v * v / n;
    }
    return 0.5 + sum * Math.exp(-v * v / 2) / Math.sqrt(2 * Math.PI);
  }
}
