package org.p2vit.quantize;

import org.p2vit.golden.ScaleGrid;

/**
 * Least-squares choice of scales. Exponents count steps of the grid.
 *
 * @param grid of the scales
 * @param adaptive whether the error decides; else the largest value does, its scale rounded to the
 *     nearest of the grid
 */
record Exponents(ScaleGrid grid, boolean adaptive) {
  /** Octaves of candidates below the exponent that clips nothing. */
  static final int DEPTH = 6;

  /** Exponent of a tensor or channel that is zero in all samples. */
  static final int NOTHING = Integer.MIN_VALUE;

  /** Half to even, limited. */
  static float round(float v, int min, int max) {
    return Math.max(min, Math.min(max, (float) Math.rint(v)));
  }

  /** Sum of squares of what {@code bits}-bit codes at {@code exponent} lose. */
  double error(float[] values, int exponent, int bits) {
    int max = (1 << (bits - 1)) - 1;
    float up = grid.scale(-exponent);
    float down = grid.scale(exponent);
    double sum = 0;
    for (float v : values) {
      float e = v - round(v * up, -max - 1, max) * down;
      sum += (double) e * e;
    }
    return sum;
  }

  /** The smallest exponent that clips nothing of this magnitude. */
  int unclipped(double magnitude, int bits) {
    if (magnitude == 0) {
      return NOTHING;
    }
    int max = (1 << (bits - 1)) - 1;
    int e = grid.octaves(Math.getExponent(magnitude / max));
    while (max * (double) grid.scale(e) < magnitude) {
      e++;
    }
    return e;
  }

  /** The exponent nearest to the scale at which {@code magnitude} just fits. */
  int nearest(double magnitude, int bits) {
    if (magnitude == 0) {
      return NOTHING;
    }
    int max = (1 << (bits - 1)) - 1;
    return (int) Math.rint(grid.steps() * Math.log(magnitude / max) / Math.log(2));
  }

  /** The exponent of least error, {@link #NOTHING} for zeros. */
  int leastSquares(float[] values, int bits) {
    float max = 0;
    for (float v : values) {
      max = Math.max(max, Math.abs(v));
    }
    int top = unclipped(max, bits);
    if (top == NOTHING) {
      return NOTHING;
    }
    if (!adaptive) {
      return nearest(max, bits);
    }
    int best = top;
    double least = error(values, top, bits);
    for (int octave = 1; octave <= DEPTH; octave++) {
      int e = top - grid.octaves(octave);
      double error = error(values, e, bits);
      if (error < least) {
        least = error;
        best = e;
      }
    }
    for (int step = grid.steps() / 2; step > 0; step /= 2) {
      int from = best;
      for (int e : new int[] {from - step, from + step}) {
        double error = error(values, e, bits);
        if (error < least) {
          least = error;
          best = e;
        }
      }
    }
    return best;
  }

  /** One exponent for all channels. */
  int leastSquares(Samples samples, int bits) {
    float[] all = new float[samples.rows() * samples.width()];
    for (int r = 0; r < samples.rows(); r++) {
      System.arraycopy(samples.values()[r], 0, all, r * samples.width(), samples.width());
    }
    return leastSquares(all, bits);
  }

  /** An exponent a channel; a channel that is always zero gets the largest of the others. */
  int[] perChannel(Samples samples, int bits) {
    int[] exponents = new int[samples.width()];
    int tensor = NOTHING;
    Parallel.each(exponents.length, c -> exponents[c] = leastSquares(samples.channel(c), bits));
    for (int e : exponents) {
      tensor = Math.max(tensor, e);
    }
    for (int c = 0; c < exponents.length; c++) {
      if (exponents[c] == NOTHING) {
        exponents[c] = tensor == NOTHING ? 0 : tensor;
      }
    }
    return exponents;
  }
}
