package org.p2vit.model;

/**
 * One pre-norm transformer block.
 *
 * @param residual1 scale of the residual stream after attention
 * @param residual2 scale of the residual stream after the MLP
 */
public record Block(
    Norm norm1, Attention attention, Residual residual1, Norm norm2, Mlp mlp, Residual residual2) {}
