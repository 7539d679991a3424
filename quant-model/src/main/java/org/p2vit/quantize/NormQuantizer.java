package org.p2vit.quantize;

import org.p2vit.golden.ScaleGrid;
import org.p2vit.model.InputException;
import org.p2vit.model.Norm;
import org.p2vit.model.Residual;
import org.p2vit.onnx.FloatNorm;

/** LayerNorm constants (docs/numerics.md section 7). */
public final class NormQuantizer {
  private static final int GAIN_MAX = 2047;
  private static final int Z_FRACTION = 10;

  /** Leaves the sum of product and offset within 32 bits. */
  private static final double OFFSET_MAX = 1 << 30;

  private NormQuantizer() {}

  /**
   * Gain and offset for outputs at a power of two a channel.
   *
   * @param exponent of each output channel; the largest is the one the layer is listed with
   * @param input the residual stream's scale
   */
  public static Norm quantize(String name, FloatNorm norm, int[] exponent, Residual input) {
    InputScale output = new InputScale(exponent, new float[exponent.length]);
    double unit = ScaleGrid.POWERS_OF_TWO.scale(input.exponent());
    return quantize(name, norm, output, unit, ScaleGrid.POWERS_OF_TWO);
  }

  /**
   * Gain and offset for outputs at an exponent a channel; the exponents' differences are absorbed
   * in gain and offset, and the next layer's weights make up for them.
   *
   * @param output scale of each output channel
   * @param residual scale of the stream's codes, its Power-of-Two Factor left out
   * @param grid of the exponents
   */
  static Norm quantize(
      String name, FloatNorm norm, InputScale output, double residual, ScaleGrid grid) {
    int dim = output.exponent().length;
    int base = Integer.MIN_VALUE;
    short[] gain = new short[dim];
    int[] offsets = new int[dim];
    byte[] shifts = new byte[dim];
    for (int c = 0; c < dim; c++) {
      double up = grid.scale(-output.exponent()[c]);
      double g = Math.scalb(norm.weight()[c] * up, -Z_FRACTION);
      double b = (norm.bias()[c] - output.offset()[c]) * up;
      base = Math.max(base, output.exponent()[c]);
      int shift = 31;
      while (shift > 0
          && (Math.abs(Math.scalb(g, shift)) > GAIN_MAX
              || Math.abs(Math.scalb(b, shift)) > OFFSET_MAX)) {
        shift--;
      }
      double gainCode = Math.rint(Math.scalb(g, shift));
      double offsetCode = Math.rint(Math.scalb(b, shift));
      if (Math.abs(gainCode) > GAIN_MAX || Math.abs(offsetCode) > OFFSET_MAX) {
        throw new InputException(
            name
                + ": weight "
                + norm.weight()[c]
                + " and bias "
                + norm.bias()[c]
                + " of channel "
                + c
                + " are too large for the LayerNorm's fixed point");
      }
      gain[c] = (short) gainCode;
      offsets[c] = (int) offsetCode;
      shifts[c] = (byte) shift;
    }
    return new Norm(epsilon(norm, dim, residual), gain, offsets, shifts, base);
  }

  private static long epsilon(FloatNorm norm, int dim, double residual) {
    return Math.round(dim * (double) dim * norm.epsilon() / (residual * residual));
  }
}
