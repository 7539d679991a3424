package org.p2vit.quantize;

import org.p2vit.onnx.Tap;

/**
 * What a tensor's codes stand for in the float model.
 *
 * @param tap where the float tensor is
 * @param kind how codes become numbers
 * @param factor a channel: the codes stand for the float tensor times this; empty but for linear
 *     codes
 * @param exponent of each channel; of each head for scores; empty for attention codes
 * @param offset a channel: the codes stand for the float tensor times its factor less this
 */
public record TensorReference(Tap tap, Kind kind, float[] factor, int[] exponent, float[] offset) {

  /** How codes become numbers. */
  public enum Kind {
    /** {@code (code * 2^exponent[channel] + offset[channel]) / factor[channel]}. */
    LINEAR,
    /** {@code code * 2^exponent[head]}, up to a constant a row, which softmax ignores. */
    SCORES,
    /** {@code 2^-code}; 16 is zero. */
    ATTENTION
  }
}
