package org.p2vit.quantize;

import java.util.List;
import org.p2vit.model.InputException;
import org.p2vit.model.Linear;
import org.p2vit.onnx.FloatLinear;

/**
 * Linear layers (docs/numerics.md section 3): weights with a power of two per output channel, the
 * input's exponents folded in before they are rounded.
 */
final class LinearQuantizer {
  private static final int MIN_SHIFT = -8;
  private static final int MAX_SHIFT = 31;
  private static final int ERROR_ROWS = 128;

  private LinearQuantizer() {}

  /**
   * Quantizes a layer.
   *
   * @param name for messages
   * @param outputExponent of each output's codes, from which the shift counts
   */
  static Linear quantize(
      String name, FloatLinear layer, LayerInput input, int bits, int[] outputExponent) {
    int in = layer.in();
    int out = layer.out();
    byte[] weights = new byte[in * out];
    int[] bias = new int[out];
    int[] accExponent = new int[out];
    double[] power = input.codePower();
    float[] realMean = input.real().mean();
    float[] quantizedMean = input.quantized().mean();
    float[] row = new float[in];
    byte[] codes = new byte[in];
    for (int o = 0; o < out; o++) {
      fold(layer, o, input.exponent(), row);
      int lowest = outputExponent[o] - MAX_SHIFT;
      int highest = outputExponent[o] - MIN_SHIFT;
      int e = rowExponent(row, power, bits);
      e = e == Exponents.NOTHING ? outputExponent[o] - 8 : e;
      e = Math.max(lowest, Math.min(highest, e));
      while (true) {
        round(row, e, bits, codes);
        double b = biasOf(layer, o, input, codes, e, realMean, quantizedMean);
        double code = Math.rint(Math.scalb(b, -e));
        if (fits(codes, code)) {
          bias[o] = (int) code;
          break;
        }
        if (e == highest) {
          throw new InputException(
              name
                  + ": output channel "
                  + o
                  + " does not fit a 32-bit accumulator: bias "
                  + b
                  + " for outputs at exponent "
                  + outputExponent[o]);
        }
        e++;
      }
      System.arraycopy(codes, 0, weights, o * in, in);
      accExponent[o] = e;
    }
    return new Linear(in, out, bits, weights, bias, accExponent);
  }

  /** A row's weights as they count for codes of the input. */
  private static void fold(FloatLinear layer, int o, int[] exponent, float[] row) {
    for (int k = 0; k < row.length; k++) {
      row[k] = Math.scalb(layer.weights()[o * row.length + k], exponent[k]);
    }
  }

  /** Least squares, each weight's error counting as much as its input is strong. */
  static int rowExponent(float[] row, double[] power, int bits) {
    float max = 0;
    for (float w : row) {
      max = Math.max(max, Math.abs(w));
    }
    int top = Exponents.unclipped(max, bits);
    if (top == Exponents.NOTHING) {
      return top;
    }
    int best = top;
    double least = Double.POSITIVE_INFINITY;
    for (int e = top; e >= top - Exponents.DEPTH; e--) {
      double error = rowError(row, power, e, bits);
      if (error < least) {
        least = error;
        best = e;
      }
    }
    return best;
  }

  private static double rowError(float[] row, double[] power, int e, int bits) {
    int max = (1 << (bits - 1)) - 1;
    float up = Math.scalb(1f, -e);
    double sum = 0;
    for (int k = 0; k < row.length; k++) {
      float w = row[k] * up;
      float d = w - Exponents.round(w, -max - 1, max);
      // A little for inputs that calibration never saw.
      sum += (power[k] + 1e-6) * d * d;
    }
    return Math.scalb(sum, 2 * e);
  }

  private static void round(float[] row, int e, int bits, byte[] codes) {
    int max = (1 << (bits - 1)) - 1;
    float up = Math.scalb(1f, -e);
    for (int k = 0; k < row.length; k++) {
      codes[k] = (byte) Exponents.round(row[k] * up, -max - 1, max);
    }
  }

  /** The bias that makes up for the input's offset and for the mean error of weights and input. */
  private static double biasOf(
      FloatLinear layer,
      int o,
      LayerInput input,
      byte[] codes,
      int e,
      float[] realMean,
      float[] quantizedMean) {
    int in = layer.in();
    double b = layer.bias()[o];
    for (int k = 0; k < in; k++) {
      double w = layer.weights()[o * in + k];
      double q = Math.scalb((double) codes[k], e - input.exponent()[k]);
      b += w * (input.offset()[k] + realMean[k]) - q * quantizedMean[k];
    }
    return b;
  }

  private static boolean fits(byte[] codes, double bias) {
    double sum = Math.abs(bias);
    for (byte w : codes) {
      sum += 128 * Math.abs(w);
    }
    return sum < 1L << 31;
  }

  /**
   * Exponents for the input of some layers, by trial: between one for all channels, which spares
   * the weights, and each channel's own, which spares the input.
   *
   * @param own each channel's own exponent
   * @param bits of the layers' weights
   * @param lowest exponent allowed
   * @param highest exponent allowed
   */
  static LayerInput balance(
      Samples centered,
      float[] offset,
      int[] own,
      List<FloatLinear> layers,
      int[] bits,
      int lowest,
      int highest) {
    Samples few = centered.thinned(ERROR_ROWS);
    int shared = Exponents.leastSquares(centered, 8);
    int[] best = null;
    double least = Double.POSITIVE_INFINITY;
    for (int quarter = 0; quarter <= 4; quarter++) {
      int[] exponent = new int[own.length];
      for (int c = 0; c < own.length; c++) {
        int lift = Math.max(0, shared - own[c]);
        int e = own[c] + Math.round(lift * quarter / 4f);
        exponent[c] = Math.max(lowest, Math.min(highest, e));
      }
      double error = 0;
      LayerInput trial = LayerInput.of(few, offset, exponent);
      for (int i = 0; i < bits.length; i++) {
        error += relativeError(layers.get(i), trial, bits[i]);
      }
      if (error < least) {
        least = error;
        best = exponent;
      }
    }
    return LayerInput.of(centered, offset, best);
  }

  /** Power of the output's error over the power of the output (bias left out of both). */
  private static double relativeError(FloatLinear layer, LayerInput input, int bits) {
    int in = layer.in();
    double[] power = input.codePower();
    float[] row = new float[in];
    float[] quantized = new float[in];
    byte[] codes = new byte[in];
    float[] exact = input.real().values();
    float[] coded = input.quantized().values();
    double error = 0;
    double signal = 0;
    for (int o = 0; o < layer.out(); o++) {
      fold(layer, o, input.exponent(), row);
      int e = rowExponent(row, power, bits);
      if (e == Exponents.NOTHING) {
        continue;
      }
      round(row, e, bits, codes);
      for (int k = 0; k < in; k++) {
        quantized[k] = Math.scalb((float) codes[k], e - input.exponent()[k]);
      }
      for (int r = 0; r < input.real().rows(); r++) {
        float y = 0;
        float yq = 0;
        int at = r * in;
        int w = o * in;
        for (int k = 0; k < in; k++) {
          y += layer.weights()[w + k] * exact[at + k];
          yq += quantized[k] * coded[at + k];
        }
        signal += (double) y * y;
        error += (double) (y - yq) * (y - yq);
      }
    }
    return signal == 0 ? 0 : error / signal;
  }
}
