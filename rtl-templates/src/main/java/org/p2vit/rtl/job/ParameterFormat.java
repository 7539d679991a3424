package org.p2vit.rtl.job;

/**
 * The 64-bit entries, one a channel and {@code p} a word, of the parameter buffers.
 *
 * <p>{@link Output}: PARAMETER. {@link Norm}: NORM_PARAMETER.
 */
public final class ParameterFormat {
  private ParameterFormat() {}

  /** Bits of an entry. */
  public static final int BITS = 64;

  /**
   * Re-quantization of one output channel (docs/numerics.md sections 3 and 4).
   *
   * @param bias at the accumulator's exponent
   * @param shift right shift of {@code acc + bias}, -8 to 31
   * @param second RESIDUAL_ADD: the shift {@code m} of the residual, -8 to 7; with an activation:
   *     the output shift, 0 to 15
   */
  public record Output(
      @Bits(value = 32, signed = true) int bias,
      @Bits(value = 6, signed = true) int shift,
      @Bits(value = 6, signed = true) int second) {}

  /** LayerNorm of one channel (docs/numerics.md section 7). */
  public record Norm(
      @Bits(value = 32, signed = true) int offset,
      @Bits(value = 12, signed = true) int gain,
      @Bits(5) int shift,
      @Bits(3) int ptf) {}
}
