package org.p2vit.onnx;

import org.p2vit.model.Norm;

/**
 * A LayerNorm that p2vit exported.
 *
 * @param norm its integers
 * @param inputExponent base exponent of the residual stream that it reads
 */
public record IntegerNorm(Norm norm, int inputExponent) {}
