package org.p2vit.golden;

/**
 * The scales that there are: exponent {@code e} stands for the scale {@code 2^(e / steps)}.
 *
 * <p>Models and hardware have powers of two, one step an octave. A finer grid, close enough to real
 * numbers, serves as reference: it shows what powers of two cost or do not cost, everything else
 * being the same.
 *
 * @param steps an octave, a power of two
 */
public record ScaleGrid(int steps) {
  public static final ScaleGrid POWERS_OF_TWO = new ScaleGrid(1);

  /** Scales 4 percent apart: a code's error is within 0.05 percent of that with the best scale. */
  public static final ScaleGrid REAL = new ScaleGrid(16);

  /** {@code 2^(exponent / steps)}; exact if that is a power of two. */
  public float scale(int exponent) {
    double mantissa = Math.pow(2, (double) Math.floorMod(exponent, steps) / steps);
    return (float) Math.scalb(mantissa, Math.floorDiv(exponent, steps));
  }

  /** {@code 2^-shift} of each shift: what {@code RNE(x, shift)} multiplies {@code x} by. */
  float[] scalesOfShifts(int[] shifts) {
    float[] scales = new float[shifts.length];
    for (int i = 0; i < scales.length; i++) {
      scales[i] = scale(-shifts[i]);
    }
    return scales;
  }

  /** The exponent that stands for {@code 2^octaves}. */
  public int octaves(int octaves) {
    return octaves * steps;
  }
}
