package org.p2vit.quantize;

import java.util.Collection;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.p2vit.golden.ScaleGrid;
import org.p2vit.model.InputException;
import org.p2vit.onnx.FloatVit;

/**
 * How to quantize.
 *
 * @param weightBits 8 or 4, for layers that {@code layerWeightBits} does not name
 * @param layerWeightBits weight bits by layer: {@code patch_embedding}, {@code head}, {@code
 *     blocks.i.query} and likewise {@code key}, {@code value}, {@code projection}, {@code fc1},
 *     {@code fc2}
 * @param residualBits B, 8 to 16
 * @param without methods left out
 * @param grid powers of two; finer ones serve to compare, as {@link org.p2vit.golden.GoldenModel}
 *     says
 */
public record QuantizeOptions(
    int weightBits,
    Map<String, Integer> layerWeightBits,
    int residualBits,
    Set<Method> without,
    ScaleGrid grid) {

  /** Eight-bit weights, 16-bit residual stream, all methods. */
  public static final QuantizeOptions DEFAULT =
      new QuantizeOptions(8, Map.of(), 16, Set.of(), ScaleGrid.POWERS_OF_TWO);

  public QuantizeOptions {
    layerWeightBits = Map.copyOf(layerWeightBits);
    without = Set.copyOf(without);
    checkWeightBits("weight bits", weightBits);
    new TreeMap<>(layerWeightBits).forEach((layer, bits) -> checkWeightBits(layer, bits));
    if (residualBits < 8 || residualBits > 16) {
      throw new InputException("residual bits " + residualBits + "; 8 to 16 are accepted");
    }
    if (grid.steps() > 1 && residualBits < 16) {
      throw new InputException(
          "residual bits " + residualBits + " with real scales; only 16 are accepted");
    }
  }

  private static void checkWeightBits(String what, int bits) {
    if (bits != 8 && bits != 4) {
      throw new InputException(what + ": " + bits + " bits; 8 and 4 are accepted");
    }
  }

  public QuantizeOptions withWeightBits(int bits) {
    return new QuantizeOptions(bits, layerWeightBits, residualBits, without, grid);
  }

  public QuantizeOptions withLayerWeightBits(Map<String, Integer> bits) {
    return new QuantizeOptions(weightBits, bits, residualBits, without, grid);
  }

  public QuantizeOptions withResidualBits(int bits) {
    return new QuantizeOptions(weightBits, layerWeightBits, bits, without, grid);
  }

  /** Leaves out further methods. */
  public QuantizeOptions without(Collection<Method> methods) {
    Set<Method> all = EnumSet.noneOf(Method.class);
    all.addAll(without);
    all.addAll(methods);
    return new QuantizeOptions(weightBits, layerWeightBits, residualBits, all, grid);
  }

  public QuantizeOptions withGrid(ScaleGrid scales) {
    return new QuantizeOptions(weightBits, layerWeightBits, residualBits, without, scales);
  }

  /**
   * Checks the layers' names, before time is spent on the model.
   *
   * @throws InputException if the model has no layer of a name
   */
  public void requireLayersOf(FloatVit vit) {
    int depth = vit.shape().depth();
    for (String layer : layerWeightBits.keySet()) {
      boolean known = layer.equals("patch_embedding") || layer.equals("head");
      for (int i = 0; i < depth; i++) {
        known |= layer.matches("blocks\\." + i + "\\.(query|key|value|projection|fc1|fc2)");
      }
      if (!known) {
        throw new InputException(
            "weight bits name a layer '"
                + layer
                + "' that "
                + vit.name()
                + " does not have; it has patch_embedding, head and, for i from 0 to "
                + (depth - 1)
                + ", blocks.i.query, .key, .value, .projection, .fc1, .fc2");
      }
    }
  }

  int bits(String layer) {
    return layerWeightBits.getOrDefault(layer, weightBits);
  }

  boolean uses(Method method) {
    return !without.contains(method);
  }
}
