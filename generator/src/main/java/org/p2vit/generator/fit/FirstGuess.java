package org.p2vit.generator.fit;

import static org.p2vit.generator.compile.Sizes.ceilDiv;

import java.util.Optional;
import org.p2vit.generator.compile.AccessCounts;
import org.p2vit.generator.compile.BufferNeeds;
import org.p2vit.model.VitShape;
import org.p2vit.rtl.Architecture;

/** A good design on an array by rules: lanes that keep up with it, rings that even out the rest. */
public final class FirstGuess {
  /** Share of a head's MATMUL cycles that softmax and shifter may take. */
  private static final double CONCURRENT_SHARE = 0.85;

  /** Room for weights, as a multiple of what keeps the array busy between start and end. */
  private static final double WEIGHT_MARGIN = 1.4;

  /** Row blocks of a ring that are being written, read, or between two passes of softmax. */
  private static final int RING_SLACK = 4;

  private final DesignSpace space;
  private final VitShape shape;
  private final ArrayChoice array;
  private final boolean weights4;

  private FirstGuess(DesignSpace space, ArrayChoice array) {
    this.space = space;
    this.array = array;
    shape = space.traits().shape();
    weights4 = space.traits().weights4();
  }

  /** Empty if the array needs more memory than there is. */
  public static Optional<DesignPoint> of(DesignSpace space, ArrayChoice array) {
    return new FirstGuess(space, array).guess().or(() -> space.within(space.smallest(array)));
  }

  private Optional<DesignPoint> guess() {
    long head = headRowCycles();
    int p =
        space.requantColumns(array).stream()
            .filter(c -> keepsUp(c, head))
            .findFirst()
            .orElseGet(() -> space.requantColumns(array).get(0));
    DesignSpace.ShifterChoice shifter =
        space.shifters(array, p).stream()
            .filter(s -> shifterRowCycles(s) <= CONCURRENT_SHARE * head)
            .findFirst()
            .orElseGet(() -> largest(p));
    int lanes = array.rows() * p;
    DesignPoint bare =
        new DesignPoint(array, p, lanes, shifter.columns(), shifter.depth(), 1, 1, 1, 1);
    BufferNeeds needs = BufferNeeds.of(shape, weights4, space.core(bare));
    double scoreRow = array.rowCycles(shape.headDim(), shape.tokens());
    double softmaxRow = AccessCounts.SOFTMAX_PASSES * (double) needs.scoreSlotWords();
    double shifterRow = shifterRowCycles(shifter);
    int scoreSlots = slots(scoreRow, softmaxRow);
    int codeSlots = slots(Math.max(scoreRow, softmaxRow), shifterRow);
    // The next head's values are made after its queries and keys: are this head's used up then?
    double lag = Math.max(softmaxRow, shifterRow) - scoreRow;
    int valueBuffers = lag <= 2 * linearRowCycles(shape.dim(), shape.headDim()) ? 1 : 2;
    // A group passes a row block in as many cycles as it has words: enough for the fastest
    // LayerNorm to follow, and for two deep tiles.
    long group = Math.max(2L * needs.tileWords(), layerNormRowCycles(lanes));
    int weights = (int) Math.min(Integer.MAX_VALUE / 2, (long) (WEIGHT_MARGIN * 2 * group));
    if (space.hasMemoryLimit()) {
      weights = Integer.MAX_VALUE / 2;
    }
    return space
        .within(bare.withRings(valueBuffers, scoreSlots, codeSlots).withWeightWords(weights))
        .map(d -> d.withLanes(p, layerNormLanes(space.core(d), needs, d.weightWords())));
  }

  /** Results leave as fast as the shallowest product makes them, and softmax keeps up. */
  private boolean keepsUp(int p, long headCycles) {
    return array.columns() / p <= shape.headDim() / array.depth()
        && AccessCounts.SOFTMAX_PASSES * ceilDiv(shape.tokens(), p)
            <= CONCURRENT_SHARE * headCycles;
  }

  private DesignSpace.ShifterChoice largest(int p) {
    var all = space.shifters(array, p);
    return all.get(all.size() - 1);
  }

  /** Cycles of a row block's query, key, value and scores of one head. */
  private long headRowCycles() {
    return (long) (3 * linearRowCycles(shape.dim(), shape.headDim()))
        + array.rowCycles(shape.headDim(), shape.tokens());
  }

  private long shifterRowCycles(DesignSpace.ShifterChoice s) {
    return (long) ceilDiv(shape.tokens(), s.depth()) * ceilDiv(shape.headDim(), s.columns());
  }

  /** Cycles of a row block through a layer, with 4-bit weights if the model has any. */
  private double linearRowCycles(int k, int n) {
    return (double) array.rowCycles(k, n) / (weights4 ? 2 : 1);
  }

  /**
   * What a slower consumer leaves behind while a faster producer makes all row blocks of a head.
   */
  private int slots(double producer, double consumer) {
    double left = space.rowBlocks(array) * Math.max(0, 1 - producer / consumer);
    return Math.min(space.mostSlots(array), (int) Math.ceil(left) + RING_SLACK);
  }

  /** As few as keep up with the groups of tiles before and behind it. */
  private int layerNormLanes(Architecture core, BufferNeeds needs, int weightWords) {
    long projection = (long) ceilDiv(shape.dim(), core.columns()) * needs.dimWords();
    long group = Math.min(weightWords / 2, projection / (weights4 ? 2 : 1));
    int lanes = 1;
    while (lanes < core.requantLanes() && layerNormRowCycles(lanes) > group) {
      lanes *= 2;
    }
    return lanes;
  }

  private long layerNormRowCycles(int lanes) {
    return AccessCounts.LAYER_NORM_PASSES * ((long) array.rows() * shape.dim() / lanes);
  }
}
