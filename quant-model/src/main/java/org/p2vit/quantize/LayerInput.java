package org.p2vit.quantize;

/**
 * The input of a linear layer: its codes' exponents, and what calibration saw of it. Codes stand
 * for {@code x - offset}; a layer's bias makes up for the offset.
 *
 * @param exponent a channel
 * @param offset a channel
 * @param real samples less offset
 * @param quantized the same after quantization
 */
record LayerInput(int[] exponent, float[] offset, Samples real, Samples quantized) {

  static LayerInput of(Samples centered, float[] offset, int[] exponent) {
    return new LayerInput(exponent, offset, centered, centered.quantized(exponent));
  }

  /** Mean square of the codes, a channel: how much a weight's error there counts. */
  double[] codePower() {
    double[] power = quantized.power();
    for (int c = 0; c < power.length; c++) {
      power[c] = Math.scalb(power[c], -2 * exponent[c]);
    }
    return power;
  }
}
