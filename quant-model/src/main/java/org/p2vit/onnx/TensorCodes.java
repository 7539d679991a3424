package org.p2vit.onnx;

import java.util.List;
import org.p2vit.model.InputException;

/**
 * How a graph quantizes a tensor that depends on the image.
 *
 * @param file for messages
 * @param node that computes the tensor, for messages
 * @param quantizer for messages; null if there is none
 * @param type of the codes; null if there is no quantizer
 * @param narrow whether the most negative code is left out
 * @param rows of the tensor
 * @param exponents rows x columns; {@link SourceCodes#NONE} where there is no quantizer
 * @param problem why the exponents cannot be used; null if they can
 * @param max largest value allowed by limits, rows x columns; null if there are none
 * @param further quantizers with other scales that read the tensor
 */
public record TensorCodes(
    String file,
    String node,
    String quantizer,
    CodeType type,
    boolean narrow,
    int rows,
    int[] exponents,
    String problem,
    double[] max,
    List<Further> further) {

  /**
   * A quantizer behind the first.
   *
   * @param node for messages
   * @param exponents of the elements that it reads, in its own order
   */
  public record Further(String node, int[] exponents) {}

  /** Whether all elements that the network reads are quantized. */
  public boolean quantized() {
    if (type == null) {
      return false;
    }
    for (int e : exponents) {
      if (e == SourceCodes.NONE) {
        return false;
      }
    }
    return true;
  }

  public int columns() {
    return exponents.length / rows;
  }

  /** The same for a tensor that is this one times a power of two. */
  TensorCodes times(double factor) {
    if (factor == 1 || type == null) {
      return this;
    }
    String trouble = problem;
    if (!Quantizer.isPowerOfTwo(factor)) {
      trouble =
          "quantizes a tensor that is then multiplied by %s, which is not a power of two (the nearest is %s); fold the factor into the weights of the layer before"
              .formatted((float) factor, Quantizer.nearest(factor));
    }
    int[] shifted = exponents.clone();
    double[] limits = max == null ? null : max.clone();
    for (int i = 0; i < shifted.length; i++) {
      shifted[i] += shifted[i] == SourceCodes.NONE ? 0 : Math.getExponent(factor);
      if (limits != null) {
        limits[i] *= factor;
      }
    }
    return new TensorCodes(
        file, node, quantizer, type, narrow, rows, shifted, trouble, limits, further);
  }

  /** An error that names the quantizer. */
  public InputException quantizerError(String message) {
    return new InputException(file + ": " + quantizer + ": " + message);
  }

  /** An error that names the node that computes the tensor. */
  public InputException nodeError(String message) {
    return new InputException(file + ": " + node + ": " + message);
  }
}
