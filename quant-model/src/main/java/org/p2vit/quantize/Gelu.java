package org.p2vit.quantize;

import org.p2vit.model.Activation;

/** The activation table of the exact GELU (docs/numerics.md section 4). */
final class Gelu {
  private static final int MIN_EXPONENT = -10;

  /** The table's arguments are 1/64 apart, which takes it to 4, where GELU's tail ends. */
  private static final int ARGUMENT_EXPONENT = -6;

  /** Head room over what calibration saw. */
  private static final double MARGIN = 1.25;

  private Gelu() {}

  /**
   * The table for pre-activations up to {@code max}; only a layer with values beyond 32 has a
   * coarser one than the finest.
   */
  static Activation activation(double max) {
    int exponent = Math.max(MIN_EXPONENT, Exponents.unclipped(MARGIN * max, 16));
    int shift = Math.max(0, ARGUMENT_EXPONENT - exponent);
    short[] table = new short[256];
    for (int u = 0; u < table.length; u++) {
      double v = Math.scalb((double) u, shift + exponent);
      table[u] = (short) Math.rint(Math.scalb(v * normalTail(v), -exponent));
    }
    return new Activation("gelu", exponent, shift, table);
  }

  /**
   * {@code 1 - Phi(v)} for {@code v >= 0}: Phi's Taylor series around 0, {@code phi(v) * (v + v^3/3
   * + v^5/(3*5) + ...)}, whose terms are all positive.
   */
  static double normalTail(double v) {
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
