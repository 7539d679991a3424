package org.p2vit.quantize;

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
   * Gain and offset for outputs less {@code offset} at an exponent a channel; the exponents'
   * differences are absorbed in gain and offset, and the next layer's weights make up for them.
   *
   * @param exponent of each output channel
   * @param base the exponent the layer is listed with
   * @param input the residual stream's scale
   */
  public static Norm quantize(
      String name, FloatNorm norm, float[] offset, int[] exponent, int base, Residual input) {
    int dim = exponent.length;
    short[] gain = new short[dim];
    int[] offsets = new int[dim];
    byte[] shifts = new byte[dim];
    for (int c = 0; c < dim; c++) {
      double g = Math.scalb((double) norm.weight()[c], -Z_FRACTION - exponent[c]);
      double b = Math.scalb((double) norm.bias()[c] - offset[c], -exponent[c]);
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
    return new Norm(epsilon(norm, dim, input), gain, offsets, shifts, base);
  }

  private static long epsilon(FloatNorm norm, int dim, Residual input) {
    return Math.round(Math.scalb((double) dim * dim * norm.epsilon(), -2 * input.exponent()));
  }
}
