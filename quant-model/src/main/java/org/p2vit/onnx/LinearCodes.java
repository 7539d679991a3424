package org.p2vit.onnx;

import org.p2vit.model.InputException;

/**
 * How a graph quantizes a linear layer.
 *
 * @param file for messages
 * @param node for messages
 * @param type of the weights' codes; null if the weights are not quantized with powers of two
 * @param codes out x in
 * @param exponents out x in, of the weights
 * @param bias out, real
 * @param output how its output is quantized, bias included
 */
public record LinearCodes(
    String file,
    String node,
    CodeType type,
    long[] codes,
    int[] exponents,
    double[] bias,
    TensorCodes output) {

  /** An error that names the node. */
  public InputException error(String message) {
    return new InputException(file + ": " + node + ": " + message);
  }
}
