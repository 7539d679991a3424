package org.p2vit.quantize;

import org.p2vit.model.Residual;

/** Scales of the residual stream: one exponent if it has all bits, else one a channel. */
final class ResidualQuantizer {
  private static final int FULL_BITS = 16;
  private static final int MAX_PTF = 7;
  private static final int MAX_VARIANCE_BITS = 62;
  private static final int MIN_SHIFT = -8;
  private static final int MAX_SHIFT = 7;

  /** Head room of a 16-bit stream over what calibration saw. */
  private static final double MARGIN = 1.25;

  private ResidualQuantizer() {}

  /**
   * @param magnitude largest in all rows
   * @param before the stream's scale before this tensor, from which it may differ by a limited
   *     shift; null if there is none
   */
  static Residual choose(Samples samples, float magnitude, int bits, Residual before) {
    int dim = samples.width();
    if (bits == FULL_BITS) {
      int e = Exponents.unclipped(MARGIN * magnitude, bits);
      return limit(e == Exponents.NOTHING ? 0 : e, new byte[dim], before);
    }
    int[] own = Exponents.perChannel(samples, bits);
    int maxPtf = Math.min(MAX_PTF, maxPtf(bits, dim));
    int low = Integer.MAX_VALUE;
    int high = Integer.MIN_VALUE;
    for (int e : own) {
      low = Math.min(low, e);
      high = Math.max(high, e);
    }
    Residual best = null;
    double least = Double.POSITIVE_INFINITY;
    for (int base = low; base <= high; base++) {
      byte[] ptf = new byte[dim];
      for (int c = 0; c < dim; c++) {
        ptf[c] = (byte) Math.max(0, Math.min(maxPtf, own[c] - base));
      }
      Residual candidate = limit(base, ptf, before);
      double error = 0;
      for (int c = 0; c < dim; c++) {
        error += Exponents.error(samples.channel(c), candidate.exponent(c), bits);
      }
      if (error < least) {
        least = error;
        best = candidate;
      }
    }
    return best;
  }

  /** So that LayerNorm's variance has its bits (docs/numerics.md section 8). */
  private static int maxPtf(int bits, int dim) {
    int l = 32 - Integer.numberOfLeadingZeros(dim - 1);
    return (MAX_VARIANCE_BITS - 2 * l - 1) / 2 - (bits - 1);
  }

  private static Residual limit(int exponent, byte[] ptf, Residual before) {
    if (before == null) {
      return new Residual(exponent, ptf);
    }
    int e = exponent;
    for (int c = 0; c < ptf.length; c++) {
      e = Math.max(e, before.exponent(c) + MIN_SHIFT - ptf[c]);
    }
    byte[] limited = ptf.clone();
    for (int c = 0; c < ptf.length; c++) {
      limited[c] = (byte) Math.max(0, Math.min(ptf[c], before.exponent(c) + MAX_SHIFT - e));
    }
    for (int c = 0; c < ptf.length; c++) {
      e = Math.min(e, before.exponent(c) + MAX_SHIFT - limited[c]);
    }
    return new Residual(e, limited);
  }
}
