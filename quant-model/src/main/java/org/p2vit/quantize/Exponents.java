package org.p2vit.quantize;

/** Least-squares choice of power-of-two scales. */
final class Exponents {
  /** Candidates below the exponent that clips nothing. */
  static final int DEPTH = 6;

  /** Exponent of a tensor or channel that is zero in all samples. */
  static final int NOTHING = Integer.MIN_VALUE;

  private Exponents() {}

  /** Half to even, limited. */
  static float round(float v, int min, int max) {
    return Math.max(min, Math.min(max, (float) Math.rint(v)));
  }

  /** Sum of squares of what {@code bits}-bit codes at {@code exponent} lose. */
  static double error(float[] values, int exponent, int bits) {
    int max = (1 << (bits - 1)) - 1;
    float up = Math.scalb(1f, -exponent);
    float down = Math.scalb(1f, exponent);
    double sum = 0;
    for (float v : values) {
      float e = v - round(v * up, -max - 1, max) * down;
      sum += (double) e * e;
    }
    return sum;
  }

  /** The smallest exponent that clips nothing of this magnitude. */
  static int unclipped(double magnitude, int bits) {
    if (magnitude == 0) {
      return NOTHING;
    }
    int max = (1 << (bits - 1)) - 1;
    int e = Math.getExponent(magnitude / max);
    return Math.scalb((double) max, e) >= magnitude ? e : e + 1;
  }

  /** The exponent of least error, {@link #NOTHING} for zeros. */
  static int leastSquares(float[] values, int bits) {
    float max = 0;
    for (float v : values) {
      max = Math.max(max, Math.abs(v));
    }
    int top = unclipped(max, bits);
    if (top == NOTHING) {
      return NOTHING;
    }
    int best = top;
    double least = error(values, top, bits);
    for (int e = top - 1; e >= top - DEPTH; e--) {
      double error = error(values, e, bits);
      if (error < least) {
        least = error;
        best = e;
      }
    }
    return best;
  }

  /** One exponent for all channels. */
  static int leastSquares(Samples samples, int bits) {
    return leastSquares(samples.values(), bits);
  }

  /** An exponent a channel; a channel that is always zero gets the tensor's. */
  static int[] perChannel(Samples samples, int bits) {
    int[] exponents = new int[samples.width()];
    int tensor = NOTHING;
    for (int c = 0; c < exponents.length; c++) {
      exponents[c] = leastSquares(samples.channel(c), bits);
      tensor = Math.max(tensor, exponents[c]);
    }
    for (int c = 0; c < exponents.length; c++) {
      if (exponents[c] == NOTHING) {
        exponents[c] = tensor == NOTHING ? 0 : tensor;
      }
    }
    return exponents;
  }
}
