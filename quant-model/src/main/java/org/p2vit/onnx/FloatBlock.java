package org.p2vit.onnx;

/**
 * One pre-norm block in float. The query's weights and bias contain the whole attention scale, so
 * {@code scores = query . key}; the activation is the exact (erf) GELU.
 *
 * @param query C to C, scaled
 * @param key C to C
 * @param value C to C
 * @param projection C to C
 * @param fc1 C to M
 * @param fc2 M to C
 * @param taps where the block's tensors are in the ONNX graph
 */
public record FloatBlock(
    FloatNorm norm1,
    FloatLinear query,
    FloatLinear key,
    FloatLinear value,
    FloatLinear projection,
    FloatNorm norm2,
    FloatLinear fc1,
    FloatLinear fc2,
    Taps taps) {

  /**
   * The block's tensors; rows are tokens unless said.
   *
   * @param norm1 T x C
   * @param query T x C, scaled as the query's weights are
   * @param key T x C
   * @param value T x C
   * @param scores H*T rows of T, before softmax
   * @param attention H*T rows of T, after softmax
   * @param context T x C, head after head
   * @param residual1 T x C, the stream after attention
   * @param norm2 T x C
   * @param preActivation T x M, before GELU
   * @param hidden T x M, after GELU
   * @param residual2 T x C, the stream after the MLP
   */
  public record Taps(
      Tap norm1,
      Tap query,
      Tap key,
      Tap value,
      Tap scores,
      Tap attention,
      Tap context,
      Tap residual1,
      Tap norm2,
      Tap preActivation,
      Tap hidden,
      Tap residual2) {}
}
