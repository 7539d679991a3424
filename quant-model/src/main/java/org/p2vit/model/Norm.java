package org.p2vit.model;

/**
 * An integer LayerNorm (docs/numerics.md section 7), int8 output at {@code exponent}.
 *
 * @param epsilon {@code E}, the constant added to {@code W}
 * @param gain C, 12-bit
 * @param offset C, 32-bit
 * @param shift C, 0 to 31
 * @param exponent of the output
 */
public record Norm(long epsilon, short[] gain, int[] offset, byte[] shift, int exponent) {}
