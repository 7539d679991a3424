package org.p2vit.generator.sweep;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.apache.commons.math3.stat.regression.OLSMultipleLinearRegression;
import org.p2vit.model.io.SettingsFile;
import org.p2vit.rtl.Architecture;
import org.p2vit.synth.area.DesignPart;

/**
 * LUTs of a design without synthesis: each part's are a linear function of what it grows with,
 * fitted to designs that were synthesized ({@code p2vit calibrate-area}).
 *
 * @param coefficients 6-input LUTs for each unit of a feature, by part
 */
record AreaModel(Map<DesignPart, Map<AreaFeature, Double>> coefficients) {
  private static final String FILE = "area-model.json";

  /** What each part is made of. */
  private static final Map<DesignPart, List<AreaFeature>> FEATURES =
      new EnumMap<>(
          Map.of(
              DesignPart.MAC_ARRAY,
              List.of(AreaFeature.MACS, AreaFeature.SUM_BITS, AreaFeature.OPERAND_BYTES),
              DesignPart.REQUANTIZER,
              List.of(AreaFeature.ONE, AreaFeature.REQUANT_LANES, AreaFeature.SUM_BITS),
              DesignPart.MATMUL_CONTROL,
              List.of(AreaFeature.ONE, AreaFeature.REQUANT_LANES, AreaFeature.ROWS),
              DesignPart.SOFTMAX,
              List.of(AreaFeature.ONE, AreaFeature.REQUANT_LANES),
              DesignPart.SHIFTER_ARRAY,
              List.of(AreaFeature.SHIFTERS, AreaFeature.SHIFTER_SUMS, AreaFeature.VALUE_BYTES),
              DesignPart.SHIFTER_CONTROL,
              List.of(AreaFeature.ONE, AreaFeature.SHIFTER_SUMS, AreaFeature.VALUE_BYTES),
              DesignPart.LAYER_NORM,
              List.of(
                  AreaFeature.ONE,
                  AreaFeature.LAYER_NORM_LANES,
                  AreaFeature.REQUANT_LANES,
                  AreaFeature.ROWS),
              DesignPart.LOAD_STORE,
              List.of(AreaFeature.ONE, AreaFeature.AXI_BITS),
              DesignPart.CONTROLLER,
              List.of(AreaFeature.ONE),
              DesignPart.BUFFERS,
              List.of(AreaFeature.ONE, AreaFeature.OPERAND_BYTES, AreaFeature.REQUANT_LANES)));

  /**
   * A design that was synthesized.
   *
   * @param luts of each part
   */
  record Sample(Architecture architecture, Map<DesignPart, Long> luts) {}

  /** The shipped model. */
  static AreaModel standard() {
    return SettingsFile.complete(AreaModel.class, "area model").readShipped(FILE);
  }

  /** The model whose relative errors on the samples have the least squares. */
  static AreaModel fit(List<Sample> samples) {
    Map<DesignPart, Map<AreaFeature, Double>> fitted = new EnumMap<>(DesignPart.class);
    FEATURES.forEach((part, features) -> fitted.put(part, fit(samples, part, features)));
    return new AreaModel(fitted);
  }

  private static Map<AreaFeature, Double> fit(
      List<Sample> samples, DesignPart part, List<AreaFeature> features) {
    double[] ones = new double[samples.size()];
    double[][] relative = new double[samples.size()][features.size()];
    for (int i = 0; i < ones.length; i++) {
      Sample sample = samples.get(i);
      ones[i] = 1;
      for (int j = 0; j < features.size(); j++) {
        relative[i][j] = features.get(j).of(sample.architecture()) / sample.luts().get(part);
      }
    }
    OLSMultipleLinearRegression regression = new OLSMultipleLinearRegression();
    regression.setNoIntercept(true);
    regression.newSampleData(ones, relative);
    double[] found = regression.estimateRegressionParameters();
    Map<AreaFeature, Double> result = new EnumMap<>(AreaFeature.class);
    for (int j = 0; j < found.length; j++) {
      result.put(features.get(j), found[j]);
    }
    return result;
  }

  /** LUTs of a whole design. */
  long luts(Architecture a) {
    return Math.round(coefficients.keySet().stream().mapToDouble(part -> luts(part, a)).sum());
  }

  /** LUTs of a part of it. */
  double luts(DesignPart part, Architecture a) {
    return coefficients.get(part).entrySet().stream()
        .mapToDouble(e -> e.getValue() * e.getKey().of(a))
        .sum();
  }
}
