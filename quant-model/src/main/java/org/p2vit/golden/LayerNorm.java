package org.p2vit.golden;

import org.p2vit.model.Norm;
import org.p2vit.model.Residual;
import org.p2vit.numerics.LayerNormMath;
import org.p2vit.numerics.LayerNormMath.Statistics;

/**
 * LayerNorm of rows (docs/numerics.md section 7): {@link LayerNormMath} in doubles, which are exact
 * here, as no product or sum needs more than 53 bits, and make vector instructions. Each step is a
 * loop of its own: HotSpot unrolls small ones more.
 */
public final class LayerNorm {
  /** As in {@link Rows}: adding and subtracting it rounds, halves to even. */
  private static final double TO_INTEGER = 0x1.8p52;

  private final long epsilon;
  private final double[] ptf;

  /** Shifted: what is to be rounded is {@code z * gain + offset}. */
  private final double[] gain;

  private final double[] offset;

  /**
   * @param input scale of the residual stream
   */
  public LayerNorm(Norm norm, Residual input) {
    epsilon = norm.epsilon();
    int channels = norm.gain().length;
    ptf = new double[channels];
    gain = new double[channels];
    offset = new double[channels];
    for (int c = 0; c < channels; c++) {
      ptf[c] = 1 << input.ptf()[c];
      gain[c] = Math.scalb((double) norm.gain()[c], -norm.shift()[c]);
      offset[c] = Math.scalb((double) norm.offset()[c], -norm.shift()[c]);
    }
  }

  /**
   * @param x rows of the residual stream's codes
   * @param y gets int8 codes; has as many rows as are to be normalized
   */
  public void apply(float[][] x, float[][] y) {
    double[] row = new double[ptf.length];
    for (int r = 0; r < y.length; r++) {
      align(x[r], row);
      normalize(row, statistics(row));
      scale(row);
      toFloats(row, y[r]);
    }
  }

  /** {@code X = q << ptf}. */
  private void align(float[] q, double[] x) {
    for (int c = 0; c < x.length; c++) {
      x[c] = q[c] * ptf[c];
    }
  }

  /**
   * Four sums of each kind, so that none waits for itself; exact, as {@code X^2} has at most 44
   * bits and a row 1,024 channels.
   */
  private Statistics statistics(double[] x) {
    double a1 = 0;
    double b1 = 0;
    double c1 = 0;
    double d1 = 0;
    double a2 = 0;
    double b2 = 0;
    double c2 = 0;
    double d2 = 0;
    int i = 0;
    for (; i + 3 < x.length; i += 4) {
      a1 += x[i];
      b1 += x[i + 1];
      c1 += x[i + 2];
      d1 += x[i + 3];
      a2 += x[i] * x[i];
      b2 += x[i + 1] * x[i + 1];
      c2 += x[i + 2] * x[i + 2];
      d2 += x[i + 3] * x[i + 3];
    }
    for (; i < x.length; i++) {
      a1 += x[i];
      a2 += x[i] * x[i];
    }
    long s1 = (long) (a1 + b1 + c1 + d1);
    long s2 = (long) (a2 + b2) + (long) (c2 + d2);
    return LayerNormMath.statistics(s1, s2, x.length, epsilon);
  }

  /** In place: {@code X} to {@code z}. */
  private static void normalize(double[] x, Statistics row) {
    double mean = Math.scalb((double) row.mean(), -LayerNormMath.MEAN_FRACTION);
    int shift = LayerNormMath.normalizeShift(row, x.length) - LayerNormMath.MEAN_FRACTION;
    double factor = Math.scalb((double) row.reciprocal(), -shift);
    for (int c = 0; c < x.length; c++) {
      x[c] = round(clamp((x[c] - mean) * factor, -32768, 32767));
    }
  }

  /** In place: {@code z} to int8 codes. */
  private void scale(double[] z) {
    for (int c = 0; c < z.length; c++) {
      z[c] = round(clamp(z[c] * gain[c] + offset[c], -128, 127));
    }
  }

  private static void toFloats(double[] codes, float[] y) {
    for (int c = 0; c < y.length; c++) {
      y[c] = (float) codes[c];
    }
  }

  private static double clamp(double x, double min, double max) {
    return Math.max(min, Math.min(max, x));
  }

  private static double round(double x) {
    return (x + TO_INTEGER) - TO_INTEGER;
  }
}
