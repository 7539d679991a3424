package org.p2vit.quantize;

import org.p2vit.model.Activation;

/** The activation table of the exact GELU (docs/numerics.md section 4). */
final class Gelu {
  private static final int EXPONENT = -10;
  private static final int INDEX_SHIFT = 4;

  private Gelu() {}

  static Activation activation() {
    short[] table = new short[256];
    for (int u = 0; u < table.length; u++) {
      double v = u / 64.0;
      table[u] = (short) Math.rint(1024 * v * normalTail(v));
    }
    return new Activation("gelu", EXPONENT, INDEX_SHIFT, table);
  }

  /**
   * {@code 1 - Phi(v)} for {@code v >= 0}: Phi's Taylor series around 0, {@code phi(v) * (v + v^3/3
   * + v^5/(3*5) + ...)}, whose terms are all positive.
   */
  static double normalTail(double v) {
    double term = v;
    double sum = v;
    for (int i = 3; term > sum * 1e-17; i += 2) {
      term *= v * v / i;
      sum += term;
    }
    return 0.5 - sum * Math.exp(-v * v / 2) / Math.sqrt(2 * Math.PI);
  }
}
