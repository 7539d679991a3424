package org.p2vit.generator.fit;

import static org.p2vit.generator.compile.Sizes.ceilDiv;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.p2vit.generator.compile.BufferNeeds;
import org.p2vit.generator.compile.BufferPlan;
import org.p2vit.generator.compile.ModelTraits;
import org.p2vit.model.InputException;
import org.p2vit.model.QuantizedModel;
import org.p2vit.model.VitShape;
import org.p2vit.rtl.Architecture;

/**
 * Chooses an architecture for a model: the array with the least cycles for its MACs, then lanes
 * that keep up with it, then buffers that hold what the compiler puts there.
 */
public final class ArchitectureFitter {
  /**
   * A byte of operands read per MAC weighs as much as this share of cycles: it decides between
   * arrays that are nearly equally fast, since wide memories cost energy.
   */
  private static final double OPERAND_WEIGHT = 0.005;

  /** Share of a head's MATMUL cycles that softmax and shifter may take. */
  private static final double CONCURRENT_SHARE = 0.85;

  /** Room for weights, as a multiple of what keeps the array busy between start and end. */
  private static final double WEIGHT_MARGIN = 1.4;

  /** Passes of LayerNorm over a row block. */
  private static final int LAYER_NORM_PASSES = 2;

  /** Loads of weights are not spread evenly, so they need some more time than their bytes. */
  private static final double LOAD_MARGIN = 1.2;

  /** Passes of softmax over a score row. */
  private static final int SOFTMAX_PASSES = 2;

  private static final int MIN_DEPTH = 4;

  /** Row blocks of a ring that are being written, read, or between two passes of softmax. */
  private static final int RING_SLACK = 4;

  /** Slots that a job can name. */
  private static final int MAX_SLOTS = 1 << 8;

  private final ModelTraits traits;
  private final VitShape shape;
  private final FitOptions options;

  private ArchitectureFitter(ModelTraits traits, FitOptions options) {
    this.traits = traits;
    this.shape = traits.shape();
    this.options = options;
  }

  public static Architecture fit(QuantizedModel model, FitOptions options) {
    return fit(ModelTraits.of(model), options);
  }

  /**
   * @throws InputException if no architecture within the options suits the model
   */
  public static Architecture fit(ModelTraits traits, FitOptions options) {
    return new ArchitectureFitter(traits, options).fit();
  }

  /** MACs a cycle that suit a model of this size. */
  public static int defaultMacs(VitShape shape) {
    long macs = shape.macs();
    if (macs >= 400_000_000) {
      return 1024;
    }
    return macs >= 10_000_000 ? 512 : 128;
  }

  private Architecture fit() {
    int budget = options.macs().orElse(defaultMacs(shape));
    if (shape.headDim() % MIN_DEPTH != 0 || shape.dim() > 1024) {
      throw new InputException(
          "no architecture for head dimension %d and embedding dimension %d: they must be a multiple of %d, and at most 1024"
              .formatted(shape.headDim(), shape.dim(), MIN_DEPTH));
    }
    ArrayChoice array =
        arrays(budget).stream()
            .min(Comparator.comparingDouble(this::cost))
            .orElseThrow(
                () ->
                    new InputException(
                        "no array of at most " + budget + " MACs suits; at least 4 are needed"));
    return withLanes(array);
  }

  private double cost(ArrayChoice a) {
    double operands = OPERAND_WEIGHT * a.operandBytes() / a.macs();
    long loads = ArrayChoice.weights(shape) / beatBytes(a, widestResults(a));
    return Math.max(a.cycles(shape), LOAD_MARGIN * loads) * (1 + operands);
  }

  /** Arrays of as many MACs as the budget allows, a power of two. */
  private List<ArrayChoice> arrays(int budget) {
    List<ArrayChoice> all = new ArrayList<>();
    if (budget < MIN_DEPTH) {
      return all;
    }
    int macs = Integer.highestOneBit(budget);
    for (int depth = MIN_DEPTH; depth <= macs; depth *= 2) {
      if (shape.headDim() % depth == 0) {
        for (int rows = 1; rows * rows <= macs / depth; rows *= 2) {
          all.add(new ArrayChoice(rows, macs / depth / rows, depth));
        }
      }
    }
    return all;
  }

  private Architecture withLanes(ArrayChoice array) {
    long head = headRowCycles(array);
    int widest = widestResults(array);
    int p = requantColumns(array, head, widest);
    while (p < widest && beatBytes(array, p) < beatBytes(array, widest)) {
      p *= 2;
    }
    int axiBits = 8 * beatBytes(array, p);
    if (axiBits < 32) {
      throw new InputException(
          "an array of " + array.macs() + " MACs is too small for a memory port of 32 bits");
    }
    int[] shifter = shifter(array, p, head);
    Architecture core =
        new Architecture(
            array.rows(),
            array.columns(),
            array.depth(),
            array.rows() * p,
            1,
            shifter[0],
            shifter[1],
            traits.residualBits(),
            traits.ptfMax(),
            1,
            shape.dim(),
            1,
            options.jobQueue(),
            new Architecture.Axi(axiBits, options.addressBits(), 32, options.outstanding()),
            new Architecture.Buffers(1, 1, 1, 1, 1, 1, 1, 1, 1, 1));
    return sized(core, array);
  }

  /** Cycles of a row block's query, key, value and scores of one head. */
  private long headRowCycles(ArrayChoice array) {
    return (long) (3 * linearRowCycles(array, shape.dim(), shape.headDim()))
        + array.rowCycles(shape.headDim(), shape.tokens());
  }

  /** The largest p that the array and the heads allow. */
  private int widestResults(ArrayChoice a) {
    return Math.min(Math.min(a.columns(), a.depth()), Integer.lowestOneBit(shape.headDim()));
  }

  /** Bytes of an AXI beat, which must not be wider than any word that is loaded. */
  private int beatBytes(ArrayChoice a, int p) {
    int words = Math.min(a.rows() * a.depth(), Math.min(a.rows() * p * 2, p * 8));
    return Math.min(options.axiBits() / 8, words);
  }

  /** p: results leave as fast as the shallowest product makes them, and softmax keeps up. */
  private int requantColumns(ArrayChoice array, long headCycles, int widest) {
    int p = 1;
    while (p < widest
        && (array.columns() / p > shape.headDim() / array.depth()
            || SOFTMAX_PASSES * ceilDiv(shape.tokens(), p) > CONCURRENT_SHARE * headCycles)) {
      p *= 2;
    }
    return p;
  }

  /** Cs and Ds of the smallest shifter array that keeps up; ties go to fewer tokens at once. */
  private int[] shifter(ArrayChoice array, int p, long headCycles) {
    int minDepth = Math.max(array.rows(), p);
    int maxColumns = Integer.lowestOneBit(shape.headDim());
    int[] fallback = null;
    for (int size = p * minDepth; size <= array.macs() * 4; size *= 2) {
      for (int depth = minDepth; depth <= size / p; depth *= 2) {
        int columns = size / depth;
        if (columns <= maxColumns) {
          fallback = new int[] {columns, depth};
          if (shifterRowCycles(columns, depth) <= CONCURRENT_SHARE * headCycles) {
            return fallback;
          }
        }
      }
    }
    return fallback;
  }

  private long shifterRowCycles(int columns, int depth) {
    return (long) ceilDiv(shape.tokens(), depth) * ceilDiv(shape.headDim(), columns);
  }

  private Architecture sized(Architecture core, ArrayChoice array) {
    BufferNeeds needs = BufferNeeds.of(shape, traits.weights4(), core);
    double scoreRow = array.rowCycles(shape.headDim(), shape.tokens());
    double softmaxRow = SOFTMAX_PASSES * (double) needs.scoreSlotWords();
    double shifterRow = shifterRowCycles(core.shifterColumns(), core.shifterDepth());
    int scoreSlots = slots(needs.rowBlocks(), scoreRow, softmaxRow);
    int codeSlots = slots(needs.rowBlocks(), Math.max(scoreRow, softmaxRow), shifterRow);
    // The next head's values are made after its queries and keys: are this head's used up then?
    double lag = Math.max(softmaxRow, shifterRow) - scoreRow;
    boolean oneValueBuffer = lag <= 2 * linearRowCycles(array, shape.dim(), shape.headDim());
    int weights = weightWords(core, needs);
    BufferPlan.Slack slack =
        new BufferPlan.Slack(weights, oneValueBuffer ? 1 : 2, scoreSlots, codeSlots);
    Architecture.Buffers buffers = BufferPlan.of(shape, needs, core, slack);
    if (options.memoryKib().isPresent()) {
      slack = slack.withWeightWords(withinMemory(core, needs, slack));
      buffers = BufferPlan.of(shape, needs, core, slack);
    }
    return with(core, needs, layerNormLanes(core, needs, slack.weightWords()), buffers);
  }

  private Architecture with(
      Architecture core, BufferNeeds needs, int layerNormLanes, Architecture.Buffers buffers) {
    return new Architecture(
        core.rows(),
        core.columns(),
        core.depth(),
        core.requantLanes(),
        layerNormLanes,
        core.shifterColumns(),
        core.shifterDepth(),
        core.residualBits(),
        core.ptfMax(),
        needs.tileWords() * core.depth(),
        shape.dim(),
        BufferNeeds.codeColumns(shape, core),
        core.jobQueue(),
        core.axi(),
        buffers);
  }

  /** Cycles of a row block through a layer, with 4-bit weights if the model has any. */
  private double linearRowCycles(ArrayChoice array, int k, int n) {
    return (double) array.rowCycles(k, n) / (traits.weights4() ? 2 : 1);
  }

  /**
   * Two groups of tiles, one in use and one on its way. A group passes a row block in as many
   * cycles as it has words: enough for the fastest LayerNorm to follow, and for two deep tiles.
   */
  private int weightWords(Architecture core, BufferNeeds needs) {
    long norm = layerNormRowCycles(core, core.requantLanes());
    long group = Math.max(2L * needs.tileWords(), norm);
    return (int) Math.min(Integer.MAX_VALUE / 2, (long) (WEIGHT_MARGIN * 2 * group));
  }

  /** The most words for weights that the memory leaves. */
  private int withinMemory(Architecture core, BufferNeeds needs, BufferPlan.Slack slack) {
    long budget = options.memoryKib().getAsInt() * 1024L;
    int least = 2 * needs.tileWords();
    int low = least;
    int high = (int) Math.min(1 << 20, budget / (core.columns() * core.depth()) + least);
    if (bytes(core, needs, slack.withWeightWords(least)) > budget) {
      throw new InputException(
          "%d KiB of on-chip memory; an array of %d x %d x %d MACs needs at least %d KiB for this model"
              .formatted(
                  options.memoryKib().getAsInt(),
                  core.rows(),
                  core.columns(),
                  core.depth(),
                  (bytes(core, needs, slack.withWeightWords(least)) + 1023) / 1024));
    }
    while (low < high) {
      int middle = (low + high + 1) / 2;
      if (bytes(core, needs, slack.withWeightWords(middle)) <= budget) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }

  private long bytes(Architecture core, BufferNeeds needs, BufferPlan.Slack slack) {
    Architecture.Buffers buffers = BufferPlan.of(shape, needs, core, slack);
    return BufferPlan.bytes(with(core, needs, 1, buffers));
  }

  /**
   * What a slower consumer leaves behind while a faster producer makes all row blocks of a head.
   */
  private static int slots(int rowBlocks, double producer, double consumer) {
    double left = rowBlocks * Math.max(0, 1 - producer / consumer);
    return Math.min(Math.min(rowBlocks + 1, MAX_SLOTS), (int) Math.ceil(left) + RING_SLACK);
  }

  /** As few as keep up with the groups of tiles before and behind it. */
  private int layerNormLanes(Architecture core, BufferNeeds needs, int weightWords) {
    long projection = (long) ceilDiv(shape.dim(), core.columns()) * needs.dimWords();
    long group = Math.min(weightWords / 2, projection / (traits.weights4() ? 2 : 1));
    int lanes = 1;
    while (lanes < core.requantLanes() && layerNormRowCycles(core, lanes) > group) {
      lanes *= 2;
    }
    return lanes;
  }

  private long layerNormRowCycles(Architecture core, int lanes) {
    return LAYER_NORM_PASSES * ((long) core.rows() * shape.dim() / lanes);
  }
}
