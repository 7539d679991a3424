package org.p2vit.generator.fit;

import static org.p2vit.generator.compile.Sizes.ceilDiv;

import org.p2vit.generator.compile.AccessCounts;
import org.p2vit.generator.compile.BufferNeeds;
import org.p2vit.generator.cycles.FastPrediction;
import org.p2vit.generator.cycles.MemoryTiming;
import org.p2vit.model.VitShape;
import org.p2vit.rtl.Architecture;

/**
 * What a design costs: its cycles, plus a little for all that it is made of, so that of designs
 * which are nearly equally fast the cheapest is chosen. The prices are shares of the cycles.
 */
final class DesignCost {
  /** A byte of operands read per MAC: wide memories cost energy. */
  private static final double OPERAND_BYTE = 0.005;

  /** A lane of the re-quantizer for each MAC. */
  private static final double REQUANT_LANE = 0.02;

  /** A lane of LayerNorm for each MAC: two to three times as large (docs/area.md). */
  private static final double LAYER_NORM_LANE = 0.04;

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
        + REQUANT_LANE * core.requantLanes() / macs
        + LAYER_NORM_LANE * core.layerNormLanes() / macs
        + SHIFTER * core.rows() * core.shifterColumns() * core.shifterDepth() / macs
        + MEMORY * Math.log(space.bytes(d)) / Math.log(2);
  }

  private static double operands(ArrayChoice a) {
    return OPERAND_BYTE * a.operandBytes() / a.macs();
  }

  /** Cycles that no design on the array can do without: products, or loads of weights. */
  long leastCycles(ArrayChoice a) {
    VitShape s = space.traits().shape();
    boolean weights4 = space.traits().weights4();
    long loads = ArrayChoice.weights(s) / (weights4 ? 2 : 1) / space.beatBytes(a);
    return Math.max(a.cycles(s, weights4), loads);
  }

  /** Cycles that the design's slowest chunk needs, whatever the sizes of the buffers. */
  long leastCycles(DesignPoint d) {
    VitShape s = space.traits().shape();
    BufferNeeds n = BufferNeeds.of(s, space.traits().weights4(), space.core(d));
    long heads = (long) s.depth() * s.heads() * n.rowBlocks();
    long softmax = heads * AccessCounts.SOFTMAX_PASSES * n.scoreSlotWords();
    long shifter = heads * n.codeSlotWords() * ceilDiv(s.headDim(), d.shifterColumns());
    // Both passes share a port, but work on a row block each.
    int words = ceilDiv(s.dim(), d.requantColumns());
    int groups = d.array().rows() * d.requantColumns() / d.layerNormLanes();
    long norm =
        2L * s.depth() * n.rowBlocks() * words * Math.max(AccessCounts.LAYER_NORM_PASSES, groups);
    long chunks = Math.max(Math.max(softmax, shifter), norm);
    return Math.max(chunks, leastCycles(d.array()));
  }

  /** No less than that is {@link #of} any design on the array. */
  double atLeast(ArrayChoice a) {
    return leastCycles(a) * price(space.smallest(a).withLanes(space.requantColumns(a).get(0), 1));
  }

  /** No less than that is {@link #of} the design; quickly found. */
  double atLeast(DesignPoint d) {
    return leastCycles(d) * price(d);
  }
}
