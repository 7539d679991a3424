package org.p2vit.generator.search;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.p2vit.generator.cycles.FastPrediction;
import org.p2vit.generator.cycles.MemoryTiming;
import org.p2vit.model.QuantizedModel;
import org.p2vit.rtl.Architecture;

/** Cycles an image on an architecture, as the cycle model predicts them. */
final class CycleCost implements Cost {
  private final Function<Allocation, QuantizedModel> models;
  private final Architecture architecture;
  private final MemoryTiming memory;
  private final Map<Allocation, Double> known = new ConcurrentHashMap<>();

  /**
   * @param models of an allocation; only dimensions and bits are looked at
   */
  CycleCost(
      Function<Allocation, QuantizedModel> models, Architecture architecture, MemoryTiming memory) {
    this.models = models;
    this.architecture = architecture;
    this.memory = memory;
  }

  @Override
  public String unit() {
    return "cycles";
  }

  @Override
  public double of(Allocation allocation) {
    return known.computeIfAbsent(
        allocation, a -> (double) FastPrediction.of(models.apply(a)).cycles(architecture, memory));
  }
}
