package org.p2vit.quantize;

/**
 * What the codes that a linear layer reads stand for: {@code code * scale(exponent) + offset}; the
 * layer's bias makes up for the offset.
 *
 * @param exponent a channel
 * @param offset a channel
 */
record InputScale(int[] exponent, float[] offset) {}
