package org.p2vit.golden;

import org.p2vit.model.Norm;
import org.p2vit.model.Residual;
import org.p2vit.numerics.LayerNormMath;
import org.p2vit.numerics.LayerNormMath.Statistics;

/**
 * LayerNorm of rows (docs/numerics.md section 7): {@link LayerNormMath} with its last step in
 * doubles, which are exact here, as no product or sum needs more than 53 bits, and make vector
 * instructions.
 */
public final class LayerNorm {
  /** As in {@link Rows}: adding and subtracting it rounds, halves to even. */
  private static final double TO_INTEGER = 0x1.8p52;

  private static final double MEAN_SCALE = 1 << LayerNormMath.MEAN_FRACTION;

  private final long epsilon;
  private final double[] ptf;
  private final double[] gain;
  private final double[] offset;
  private final double[] scale;

  /**
   * @param input scale of the residual stream
   */
  public LayerNorm(Norm norm, Residual input) {
    epsilon = norm.epsilon();
    int channels = norm.gain().length;
    ptf = new double[channels];
    gain = new double[channels];
    offset = new double[channels];
    scale = new double[channels];
    for (int c = 0; c < channels; c++) {
      ptf[c] = 1 << input.ptf()[c];
      gain[c] = norm.gain()[c];
      offset[c] = norm.offset()[c];
      scale[c] = Math.scalb(1.0, -norm.shift()[c]);
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
      for (int c = 0; c < row.length; c++) {
        y[r][c] = (float) row[c];
      }
    }
  }

  /** {@code X = q << ptf}. */
  private void align(float[] q, double[] x) {
    for (int c = 0; c < x.length; c++) {
      x[c] = q[c] * ptf[c];
    }
  }

  private Statistics statistics(double[] x) {
    long s1 = 0;
    long s2 = 0;
    for (double value : x) {
      long v = (int) value;
      s1 += v;
      s2 += v * v;
    }
    return LayerNormMath.statistics(s1, s2, x.length, epsilon);
  }

  /** In place, to int8 codes. */
  private void normalize(double[] x, Statistics row) {
    double mean = row.mean();
    double factor = Math.scalb(row.reciprocal(), -LayerNormMath.normalizeShift(row, x.length));
    for (int c = 0; c < x.length; c++) {
      double z = round(clamp((x[c] * MEAN_SCALE - mean) * factor, -32768, 32767));
      x[c] = round(clamp((z * gain[c] + offset[c]) * scale[c], -128, 127));
    }
  }

  private static double clamp(double x, double min, double max) {
    return Math.max(min, Math.min(max, x));
  }

  private static double round(double x) {
    return (x + TO_INTEGER) - TO_INTEGER;
  }
}
