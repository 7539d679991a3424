package org.p2vit.quantize;

import java.util.Map;
import java.util.TreeMap;
import org.p2vit.model.InputException;

/**
 * How to quantize.
 *
 * @param weightBits 8 or 4, for layers that {@code layerWeightBits} does not name
 * @param layerWeightBits weight bits by layer: {@code patch_embedding}, {@code head}, {@code
 *     blocks.i.query} and likewise {@code key}, {@code value}, {@code projection}, {@code fc1},
 *     {@code fc2}
 * @param residualBits B, 8 to 16
 */
public record QuantizeOptions(
    int weightBits, Map<String, Integer> layerWeightBits, int residualBits) {

  /** Eight-bit weights, 16-bit residual stream. */
  public static final QuantizeOptions DEFAULT = new QuantizeOptions(8, Map.of(), 16);

  public QuantizeOptions {
    layerWeightBits = Map.copyOf(layerWeightBits);
    checkWeightBits("weight bits", weightBits);
    new TreeMap<>(layerWeightBits).forEach((layer, bits) -> checkWeightBits(layer, bits));
    if (residualBits < 8 || residualBits > 16) {
      throw new InputException("residual bits " + residualBits + "; 8 to 16 are accepted");
    }
  }

  private static void checkWeightBits(String what, int bits) {
    if (bits != 8 && bits != 4) {
      throw new InputException(what + ": " + bits + " bits; 8 and 4 are accepted");
    }
  }

  public QuantizeOptions withWeightBits(int bits) {
    return new QuantizeOptions(bits, layerWeightBits, residualBits);
  }

  public QuantizeOptions withLayerWeightBits(Map<String, Integer> bits) {
    return new QuantizeOptions(weightBits, bits, residualBits);
  }

  public QuantizeOptions withResidualBits(int bits) {
    return new QuantizeOptions(weightBits, layerWeightBits, bits);
  }

  int bits(String layer) {
    return layerWeightBits.getOrDefault(layer, weightBits);
  }
}
