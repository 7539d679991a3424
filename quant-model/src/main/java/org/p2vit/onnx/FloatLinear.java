package org.p2vit.onnx;

/**
 * A float linear layer, {@code y[o] = bias[o] + sum_k weights[o*in + k] * x[k]}.
 *
 * @param in length of the input
 * @param out output channels
 * @param weights out x in, row-major
 * @param bias out
 */
public record FloatLinear(int in, int out, float[] weights, float[] bias) {}
