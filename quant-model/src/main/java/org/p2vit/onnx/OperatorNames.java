package org.p2vit.onnx;

import java.util.Set;

/**
 * Operators that are not of ONNX itself: functions that {@link org.p2vit.onnx.qdq.QdqExporter}
 * writes for what is not linear, and that the import knows again; QONNX's quantizer.
 */
public final class OperatorNames {
  public static final String DOMAIN = "org.p2vit";

  /** x, gain, offset, 2^-shift, scale of x's base exponent, epsilon, scale of y; gives y. */
  public static final String LAYER_NORM = "IntegerLayerNorm";

  /** Scores; gives attention codes, and what they stand for. */
  public static final String SOFTMAX = "Log2Softmax";

  /** p, its scale, 2^-indexShift, table; gives y at p's scale. */
  public static final String ACTIVATION = "TabulatedActivation";

  /**
   * x, weights, bias codes, accumulator's scale, scale of y, smallest and largest code; gives y. A
   * linear layer whose accumulator does not fit the 24 bits of a float.
   */
  public static final String WIDE_LINEAR = "WideLinear";

  /** QONNX's quantizer. */
  public static final String QUANT = "Quant";

  /** The domains in which it is found. */
  public static final Set<String> QUANT_DOMAINS =
      Set.of("qonnx.custom_op.general", "onnx.brevitas", "finn.custom_op.general");

  private OperatorNames() {}
}
