package org.p2vit.model;

/**
 * The tabulated part of an activation function (docs/numerics.md section 4).
 *
 * @param kind "gelu", "silu" or "relu": for people; the table is what is computed
 * @param exponent {@code e_p}
 * @param indexShift {@code s}
 * @param table 256 entries, 0 to 255
 */
public record Activation(String kind, int exponent, int indexShift, short[] table) {}
