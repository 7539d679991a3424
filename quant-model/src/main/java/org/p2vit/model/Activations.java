package org.p2vit.model;

import java.util.function.DoubleUnaryOperator;
import org.p2vit.numerics.ActivationMath;

/** The activation functions that have tables (docs/numerics.md section 4). */
public final class Activations {
  private Activations() {}

  /** The finest exponent of GELU's table, whose entries then fit 8 bits. */
  public static final int GELU_EXPONENT = -10;

  /** The table's arguments are 1/64 apart, which takes it to 4, where the tails end. */
  private static final int ARGUMENT_EXPONENT = -6;

  /** {@link #gelu(int)} with the finest exponent. */
  public static Activation gelu() {
    return gelu(GELU_EXPONENT);
  }

  /**
   * {@code x * Phi(x)} with the normal distribution {@code Phi}, as in exact (erf) GELU.
   *
   * @param exponent of the pre-activation, at least {@link #GELU_EXPONENT}
   */
  public static Activation gelu(int exponent) {
    int indexShift = Math.max(0, ARGUMENT_EXPONENT - exponent);
    return tabulate("gelu", exponent, indexShift, v -> v * normalTail(v));
  }

  /** {@code x / (1 + exp(-x))}; one exponent above GELU's, as its table would not fit 8 bits. */
  public static Activation silu() {
    return tabulate("silu", -9, 4, v -> v / (1 + Math.exp(v)));
  }

  public static Activation relu() {
    return tabulate("relu", -10, 4, v -> 0);
  }

  private static Activation tabulate(
      String kind, int exponent, int indexShift, DoubleUnaryOperator g) {
    short[] table = new short[ActivationMath.TABLE_SIZE];
    for (int u = 0; u < table.length; u++) {
      double v = Math.scalb((double) u, indexShift + exponent);
      table[u] = (short) Math.rint(Math.scalb(g.applyAsDouble(v), -exponent));
    }
    return new Activation(kind, exponent, indexShift, table);
  }

  /**
   * {@code 1 - Phi(v)} for {@code v >= 0}: Phi's Taylor series around 0, {@code phi(v) * (v + v^3/3
   * + v^5/(3*5) + ...)}, whose terms are all positive.
   */
  public static double normalTail(double v) {
    if (v > 9) {
      return 0; // less than 2^-60
    }
    double term = v;
    double sum = v;
    for (int i = 3; term > sum * 1e-17; i += 2) {
      term *= v * v / i;
      sum += term;
    }
    return 0.5 - sum * Math.exp(-v * v / 2) / Math.sqrt(2 * Math.PI);
  }
}
