package org.p2vit.model;

/**
 * Multi-head attention (docs/numerics.md sections 3, 5, 6). The queries have {@code 1/sqrt(d)}
 * folded in.
 *
 * @param query C to C
 * @param key C to C
 * @param value C to C
 * @param queryExponent C, per output channel
 * @param keyExponent C; {@code queryExponent[c] + keyExponent[c]} is one number a head
 * @param valueExponent C
 * @param scoreExponent H, {@code e_s}, -8 to 3
 * @param contextShift H, 0 to 31
 * @param projection C to C, on the context
 */
public record Attention(
    Linear query,
    Linear key,
    Linear value,
    int[] queryExponent,
    int[] keyExponent,
    int[] valueExponent,
    int[] scoreExponent,
    int[] contextShift,
    Linear projection) {

  /** Exponent of the context's channel {@code c}. */
  public int contextExponent(int c) {
    int headDim = valueExponent.length / contextShift.length;
    return valueExponent[c] - 15 + contextShift[c / headDim];
  }
}
