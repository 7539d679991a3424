package org.p2vit.onnx.qdq;

import org.p2vit.model.Linear;
import org.p2vit.onnx.CodeType;
import org.p2vit.onnx.FloatLinear;
import org.p2vit.onnx.LinearCodes;

/** Integer linear layers (docs/numerics.md section 3) from a graph's weight codes. */
final class LinearAssembly {
  private LinearAssembly() {}

  /**
   * Weights as they stand, of 4 bits if all fit, whatever type they are stored in; biases at the
   * accumulator's exponent.
   *
   * @param inputExponent one an input channel
   */
  static Linear linear(FloatLinear shape, LinearCodes source, int[] inputExponent) {
    CodeType type = source.type();
    if (type == null) {
      throw source.error(
          "its weights are not quantized, or are changed after that by what is no power of two; a QuantizeLinear and DequantizeLinear, a DequantizeLinear of integers, or a Quant is expected on them");
    }
    int in = shape.in();
    int out = shape.out();
    byte[] weights = new byte[out * in];
    int[] bias = new int[out];
    int[] accExponent = new int[out];
    boolean narrow = true;
    for (int o = 0; o < out; o++) {
      accExponent[o] = accExponent(source, inputExponent, o);
      for (int k = 0; k < in; k++) {
        int i = o * in + k;
        long code = source.codes()[i];
        int shift = source.exponents()[i] + inputExponent[k] - accExponent[o];
        long shifted = code == 0 ? 0 : shift > 8 ? Long.MAX_VALUE : code << shift;
        if (shifted < -128 || shifted > 127) {
          throw source.error(
              "weight %d of output channel %d is %d * 2^%d in units of the channel's smallest weight times input; codes of 8 bits are accepted (%s)"
                  .formatted(
                      k,
                      o,
                      code,
                      shift,
                      shift == 0
                          ? "found " + type
                          : "scales a channel of the input must be undone by the scales of the weights"));
        }
        weights[i] = (byte) shifted;
        narrow &= shifted >= -8 && shifted <= 7;
      }
      double code = Math.rint(Math.scalb(source.bias()[o], -accExponent[o]));
      if (!(Math.abs(code) < 1L << 31)) {
        throw source.error(
            "the bias of output channel %d is %s, %s accumulator units (2^%d); 32 bits are accepted"
                .formatted(o, source.bias()[o], code, accExponent[o]));
      }
      bias[o] = (int) code;
    }
    return new Linear(in, out, narrow ? 4 : 8, weights, bias, accExponent);
  }

  /** The least exponent of a product of weight and input, zero weights left out. */
  private static int accExponent(LinearCodes source, int[] inputExponent, int o) {
    int in = inputExponent.length;
    int least = Integer.MAX_VALUE;
    for (int k = 0; k < in; k++) {
      if (source.codes()[o * in + k] != 0) {
        least = Math.min(least, source.exponents()[o * in + k] + inputExponent[k]);
      }
    }
    return least == Integer.MAX_VALUE ? source.exponents()[o * in] + inputExponent[0] : least;
  }
}
