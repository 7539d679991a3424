package org.p2vit.generator.cycles;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.p2vit.generator.compile.Schedule;
import org.p2vit.generator.compile.TracedJob;
import org.p2vit.model.QuantizedModel;
import org.p2vit.rtl.job.MatMulJob;

/**
 * Where the cycles of a start go, by layer. The layers' useful, padding and idle cycles add up to
 * the total.
 *
 * @param total cycles
 * @param images computed in them
 * @param useful cycles that the array needs for the products of the model, none of them with
 *     padding
 * @param utilization {@code useful / total}
 * @param losses all other cycles, by cause
 * @param layers in the order of their first job; blocks of the model are taken together
 */
public record CycleReport(
    long total,
    int images,
    double useful,
    double utilization,
    Map<LossCause, Double> losses,
    List<Layer> layers) {

  /**
   * @param name tensor that it makes
   * @param useful as above
   * @param losses likewise
   */
  public record Layer(String name, double useful, Map<LossCause, Double> losses) {

    /** All cycles of the layer. */
    public double cycles() {
      return useful + losses.values().stream().mapToDouble(d -> d).sum();
    }
  }

  /** Cycles of one layer, while they are added up. */
  private static final class Sum {
    double useful;
    final Map<LossCause, Double> losses = new EnumMap<>(LossCause.class);

    void lose(LossCause cause, double cycles) {
      if (cycles != 0) {
        losses.merge(cause, cycles, Double::sum);
      }
    }
  }

  /**
   * @param model that the schedule was made of
   * @param prediction of the schedule
   */
  public static CycleReport of(
      QuantizedModel model, Schedule schedule, CyclePrediction prediction) {
    Map<String, Double> usefulMacs = LayerMacs.of(model);
    Map<String, Sum> sums = new LinkedHashMap<>();
    for (int i = 0; i < schedule.jobs().size(); i++) {
      TracedJob traced = schedule.jobs().get(i);
      if (!(traced.job() instanceof MatMulJob job)) {
        continue;
      }
      Sum sum = sums.computeIfAbsent(layer(traced.purpose()), n -> new Sum());
      sum.lose(LossCause.PADDING, (double) job.rowBlocks() * job.tiles() * job.depthWords());
      for (LossCause cause : LossCause.values()) {
        sum.lose(cause, prediction.idle().of(i, cause));
      }
    }
    double useful = 0;
    Map<LossCause, Double> losses = new EnumMap<>(LossCause.class);
    List<Layer> layers = new ArrayList<>();
    for (Map.Entry<String, Sum> e : sums.entrySet()) {
      Sum sum = e.getValue();
      sum.useful = schedule.images() * usefulMacs.get(e.getKey()) / schedule.architecture().macs();
      sum.lose(LossCause.PADDING, -sum.useful);
      sum.losses.forEach((cause, cycles) -> losses.merge(cause, cycles, Double::sum));
      useful += sum.useful;
      layers.add(new Layer(e.getKey(), sum.useful, sum.losses));
    }
    return new CycleReport(
        prediction.total(),
        schedule.images(),
        useful,
        useful / prediction.total(),
        losses,
        List.copyOf(layers));
  }

  /** {@code blocks.*.key} of {@code blocks.3.key}. */
  static String layer(String tensor) {
    return tensor.replaceFirst("^blocks\\.[0-9]+\\.", "blocks.*.");
  }
}
