package org.p2vit.generator.sweep;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.p2vit.generator.compile.BufferPlan;
import org.p2vit.generator.cycles.FastPrediction;
import org.p2vit.generator.cycles.MemoryTiming;
import org.p2vit.generator.energy.EnergyCosts;
import org.p2vit.generator.energy.EnergyEstimate;
import org.p2vit.model.InputException;
import org.p2vit.model.QuantizedModel;
import org.p2vit.quantize.Progress;
import org.p2vit.rtl.Architecture;

/** Predicts points on all cores. */
final class Predictor {
  private final Map<String, QuantizedModel> models;
  private final Map<String, FastPrediction> cycles = new ConcurrentHashMap<>();
  private final EnergyCosts costs;
  private final AreaModel area = AreaModel.standard();
  private final Map<String, Integer> refused = new ConcurrentHashMap<>();

  /**
   * @param models by their names in the points
   */
  Predictor(Map<String, QuantizedModel> models, EnergyCosts costs) {
    this.models = models;
    this.costs = costs;
    models.forEach((name, model) -> cycles.put(name, FastPrediction.of(model)));
  }

  /** In the order of the points, without those that the model turns out not to fit. */
  List<PredictedPoint> predict(List<SweepPoint> points, Progress progress) {
    AtomicInteger done = new AtomicInteger();
    return points.parallelStream()
        .map(
            point -> {
              Optional<PredictedPoint> predicted = predict(point);
              progress.at("predicting", done.incrementAndGet(), points.size());
              return predicted;
            })
        .flatMap(Optional::stream)
        .toList();
  }

  /** How many points had to be left out, by reason. */
  Map<String, Integer> refused() {
    return refused;
  }

  private Optional<PredictedPoint> predict(SweepPoint point) {
    Architecture arch = point.architecture();
    try {
      FastPrediction.Estimate e =
          cycles.get(point.model()).estimate(arch, new MemoryTiming(point.latency()));
      double macs = models.get(point.model()).multiplierMacs();
      return Optional.of(
          new PredictedPoint(
              point.id(),
              point,
              e.cycles(),
              macs / ((double) e.cycles() * arch.macs()),
              BufferPlan.bytes(arch),
              area.luts(arch),
              EnergyEstimate.of(e.counts(), 1, costs).microjoules()));
    } catch (InputException e) {
      refused.merge(e.getMessage(), 1, Integer::sum);
      return Optional.empty();
    }
  }
}
