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

  private final Exponents exponents;
  private final int bits;
  private final boolean factors;

  /**
   * @param bits of the stream
   * @param factors whether channels may have a Power-of-Two Factor
   */
  ResidualQuantizer(Exponents exponents, int bits, boolean factors) {
    this.exponents = exponents;
    this.bits = bits;
    this.factors = factors;
  }

  /**
   * @param magnitude largest in all rows
   * @param before the stream's scale before this tensor, from which it may differ by a limited
   *     shift; null if there is none
   */
  Residual choose(Samples samples, float magnitude, Residual before) {
    int dim = samples.width();
    if (bits == FULL_BITS) {
      int e = exponents.unclipped(MARGIN * magnitude, bits);
      return limit(e == Exponents.NOTHING ? 0 : e, new byte[dim], before);
    }
    int[] own = exponents.perChannel(samples, bits);
    int maxPtf = factors ? Math.min(MAX_PTF, maxPtf(bits, dim)) : 0;
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
        error += exponents.error(samples.channel(c), candidate.exponent(c), bits);
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

  private Residual limit(int exponent, byte[] ptf, Residual before) {
    int minShift = exponents.grid().octaves(MIN_SHIFT);
    int maxShift = exponents.grid().octaves(MAX_SHIFT);
    if (before == null) {
      return new Residual(exponent, ptf);
    }
    int e = exponent;
    for (int c = 0; c < ptf.length; c++) {
      e = Math.max(e, before.exponent(c) + minShift - ptf[c]);
    }
    byte[] limited = ptf.clone();
    for (int c = 0; c < ptf.length; c++) {
      limited[c] = (byte) Math.max(0, Math.min(ptf[c], before.exponent(c) + maxShift - e));
    }
    for (int c = 0; c < ptf.length; c++) {
      e = Math.min(e, before.exponent(c) + maxShift - limited[c]);
    }
    return new Residual(e, limited);
  }
}
