package org.p2vit.model;

/**
 * The two-layer perceptron of a block.
 *
 * @param fc1 C to M
 * @param activation between them
 * @param hiddenExponent M, of the activation's output
 * @param fc2 M to C
 */
public record Mlp(Linear fc1, Activation activation, int[] hiddenExponent, Linear fc2) {}
