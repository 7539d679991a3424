package org.p2vit.generator.fit;

import org.p2vit.generator.cycles.FastPrediction;
import org.p2vit.generator.cycles.MemoryTiming;
import org.p2vit.rtl.Architecture;

/**
 * What a design costs: its cycles, plus a little for all that it is made of, so that of designs
 * which are nearly equally fast the cheapest is chosen. The prices are shares of the cycles.
 */
final class DesignCost {
  /** A byte of operands read per MAC: wide memories cost energy. */
  private static final double OPERAND_BYTE = 0.005;

  /** A lane of the re-quantizer or LayerNorm for each MAC. */
  private static final double LANE = 0.02;

  /** A shifter for each MAC. */
  private static final double SHIFTER = 0.002;

  /** Twice the memory. */
  private static final double MEMORY = 0.008;

  /** The memory that designs are made for. */
  private static final MemoryTiming TIMING = new MemoryTiming(100);

  private final DesignSpace space;
  private final FastPrediction prediction;

  DesignCost(DesignSpace space, FastPrediction prediction) {
    this.space = space;
    this.prediction = prediction;
  }

  double of(DesignPoint d) {
    return cycles(d) * price(d);
  }

  long cycles(DesignPoint d) {
    return prediction.cycles(space.architecture(d), TIMING);
  }

  private double price(DesignPoint d) {
    Architecture core = space.core(d);
    double macs = core.macs();
    return 1
        + operands(d.array())
        + LANE * (core.requantLanes() + core.layerNormLanes()) / macs
        + SHIFTER * core.rows() * core.shifterColumns() * core.shifterDepth() / macs
        + MEMORY * Math.log(space.bytes(d)) / Math.log(2);
  }

  private static double operands(ArrayChoice a) {
    return OPERAND_BYTE * a.operandBytes() / a.macs();
  }

  /** No design on the array costs less than that many cycles, see {@link DesignSpace}. */
  long leastCycles(ArrayChoice a) {
    var shape = space.traits().shape();
    boolean weights4 = space.traits().weights4();
    long loads = ArrayChoice.weights(shape) / (weights4 ? 2 : 1) / space.beatBytes(a);
    return Math.max(a.cycles(shape, weights4), loads);
  }
}
