package org.p2vit.model;

/**
 * From pixels to input codes: {@code sat8(RNE(((pixel/255 - mean)/std) * 2^-exponent))}, per image
 * channel.
 *
 * @param mean one an image channel
 * @param std one an image channel
 * @param exponent of the input tensor
 */
public record Preprocessing(double[] mean, double[] std, int exponent) {}
