package org.p2vit.quantize;

/** A way to round the weights of some output channels. Arrays are inputs x output channels. */
@FunctionalInterface
interface WeightRounding {

  /**
   * Rounds weights.
   *
   * @param hessian what errors cost
   * @param weights real weights for codes of the input
   * @param scale of each output channel's codes
   * @param max largest code
   * @param codes gets the codes, {@code -max-1} to {@code max}
   * @return {@code (w - q)' H (w - q)} of each output channel
   */
  double[] round(Hessian hessian, double[][] weights, double[] scale, int max, double[][] codes);

  /** Output channels that are worth being rounded together, on a core. */
  int CHANNELS_AT_ONCE = 48;

  /** What the options ask for. */
  static WeightRounding of(QuantizeOptions options) {
    return options.uses(Method.COMPENSATION) ? new CompensatedRounding() : new NearestRounding();
  }

  /** The largest code of so many bits. */
  static int maxCode(int bits) {
    return (1 << (bits - 1)) - 1;
  }

  static double code(double value, int max) {
    return Math.max(-max - 1, Math.min(max, Math.rint(value)));
  }
}
