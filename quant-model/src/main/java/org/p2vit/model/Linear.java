package org.p2vit.model;

/**
 * An integer linear layer (docs/numerics.md section 3): {@code acc[o] = sum_k weights[o*in + k] *
 * x[k]}, real value {@code acc * 2^accExponent[o]}.
 *
 * @param in K, length of the input
 * @param out output channels
 * @param weightBits 8 or 4
 * @param weights out x in, row-major
 * @param bias out, at the accumulator's exponent
 * @param accExponent out
 */
public record Linear(
    int in, int out, int weightBits, byte[] weights, int[] bias, int[] accExponent) {}
