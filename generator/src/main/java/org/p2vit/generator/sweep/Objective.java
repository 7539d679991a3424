package org.p2vit.generator.sweep;

import java.util.function.ToDoubleFunction;

/** What a design should have little of. */
public enum Objective implements ToDoubleFunction<PredictedPoint> {
  CYCLES("cycles an image", PredictedPoint::cycles),
  LUTS("LUTs", PredictedPoint::luts),
  MEMORY("bytes of on-chip memory", PredictedPoint::memoryBytes),
  ENERGY("uJ an image", PredictedPoint::microjoules);

  private final String unit;
  private final ToDoubleFunction<PredictedPoint> value;

  Objective(String unit, ToDoubleFunction<PredictedPoint> value) {
    this.unit = unit;
    this.value = value;
  }

  public String unit() {
    return unit;
  }

  @Override
  public double applyAsDouble(PredictedPoint point) {
    return value.applyAsDouble(point);
  }
}
