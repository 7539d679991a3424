package org.p2vit.onnx;

/**
 * A float LayerNorm over the last dimension.
 *
 * @param weight C
 * @param bias C
 * @param epsilon added to the variance
 */
public record FloatNorm(float[] weight, float[] bias, double epsilon) {}
