package org.p2vit.generator.fit;

import static org.p2vit.generator.compile.Sizes.ceilDiv;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.p2vit.generator.compile.BufferNeeds;
import org.p2vit.generator.compile.BufferPlan;
import org.p2vit.generator.compile.ModelTraits;
import org.p2vit.model.InputException;
import org.p2vit.model.VitShape;
import org.p2vit.rtl.Architecture;

/**
 * The designs among which the fitter chooses: what is possible for a model within a budget of MACs
 * and memory.
 */
public final class DesignSpace {
  private static final int MIN_DEPTH = 4;
  private static final int MIN_BEAT = 4;

  /** Slots of a ring: one is written while one is read. */
  public static final int LEAST_SLOTS = 2;

  /** Slots that a job can name. */
  private static final int MAX_SLOTS = 1 << 8;

  /** Words that a job can name. */
  private static final int MAX_WORDS = 1 << 19;

  private final ModelTraits traits;
  private final VitShape shape;
  private final FitOptions options;
  private final int macs;

  /**
   * @param macs most MACs a cycle
   */
  public DesignSpace(ModelTraits traits, FitOptions options, int macs) {
    this.traits = traits;
    this.shape = traits.shape();
    this.options = options;
    this.macs = macs;
    if (shape.headDim() % MIN_DEPTH != 0 || shape.dim() > 1024) {
      throw new InputException(
          "no architecture for head dimension %d and embedding dimension %d: they must be a multiple of %d, and at most 1024"
              .formatted(shape.headDim(), shape.dim(), MIN_DEPTH));
    }
  }

  public ModelTraits traits() {
    return traits;
  }

  /**
   * Arrays of as many MACs as the budget allows, a power of two.
   *
   * @throws InputException if there is none
   */
  public List<ArrayChoice> arrays() {
    List<ArrayChoice> all = arrays(Integer.highestOneBit(macs));
    if (all.isEmpty()) {
      int least = 2 * macs;
      while (arrays(Integer.highestOneBit(least)).isEmpty()) {
        least *= 2;
      }
      throw new InputException(
          "no array of at most %d MACs suits this model; the smallest has %d"
              .formatted(macs, Integer.highestOneBit(least)));
    }
    return all;
  }

  /** Those of {@code most} MACs. */
  private List<ArrayChoice> arrays(int most) {
    List<ArrayChoice> all = new ArrayList<>();
    for (int depth = MIN_DEPTH; depth <= most; depth *= 2) {
      if (shape.headDim() % depth == 0) {
        for (int rows = 1; rows * rows <= most / depth; rows *= 2) {
          ArrayChoice a = new ArrayChoice(rows, most / depth / rows, depth);
          if (beatBytes(a, widest(a)) >= MIN_BEAT) {
            all.add(a);
          }
        }
      }
    }
    return all;
  }

  /** Bytes of an AXI beat: no wider than asked for, nor than any word that is loaded. */
  int beatBytes(ArrayChoice a) {
    return beatBytes(a, widest(a));
  }

  private int beatBytes(ArrayChoice a, int p) {
    int words = Math.min(a.rows() * a.depth(), Math.min(a.rows() * p * 2, p * 8));
    return Math.min(options.axiBits() / 8, words);
  }

  /** The largest p that the array and the heads allow. */
  private int widest(ArrayChoice a) {
    return Math.min(Math.min(a.columns(), a.depth()), headFactor());
  }

  /** The largest power of two that divides a head. */
  private int headFactor() {
    return Integer.lowestOneBit(shape.headDim());
  }

  /** Every p with which the memory port is as wide as it can be. */
  public List<Integer> requantColumns(ArrayChoice a) {
    return powers(1, widest(a)).stream().filter(p -> beatBytes(a, p) == beatBytes(a)).toList();
  }

  public List<Integer> layerNormLanes(ArrayChoice a, int p) {
    return powers(1, a.rows() * p);
  }

  /**
   * Cs and Ds of a shifter array.
   *
   * @param columns Cs
   * @param depth Ds
   */
  public record ShifterChoice(int columns, int depth) {
    int size() {
      return columns * depth;
    }
  }

  /** With at most as many shifters as there are MACs, the smallest first. */
  public List<ShifterChoice> shifters(ArrayChoice a, int p) {
    int minDepth = Math.max(a.rows(), p);
    int most = Math.max(a.macs() / a.rows(), p * minDepth);
    List<ShifterChoice> all = new ArrayList<>();
    for (int size = p * minDepth; size <= most; size *= 2) {
      for (int depth : powers(minDepth, size / p)) {
        if (size / depth <= headFactor()) {
          all.add(new ShifterChoice(size / depth, depth));
        }
      }
    }
    return all;
  }

  int rowBlocks(ArrayChoice a) {
    return ceilDiv(shape.tokens(), a.rows());
  }

  /** More slots than that are of no use. */
  public int mostSlots(ArrayChoice a) {
    return Math.min(rowBlocks(a) + 1, MAX_SLOTS);
  }

  /** Two tiles of the deepest layer: one in use, one on its way. */
  public int leastWeightWords(DesignPoint d) {
    return 2 * BufferNeeds.of(shape, traits.weights4(), core(d)).tileWords();
  }

  /** Two of the largest layer; more are of no use. */
  public int mostWeightWords(DesignPoint d) {
    long widest = Math.max(Math.max(shape.mlpDim(), shape.classes()), 3 * shape.dim());
    long tiles = (widest + d.array().columns() - 1) / d.array().columns();
    return (int) Math.min(MAX_WORDS, leastWeightWords(d) * Math.max(1, tiles));
  }

  /** The same design with no more weights than there is memory for; empty if nothing fits. */
  Optional<DesignPoint> within(DesignPoint d) {
    int least = leastWeightWords(d);
    int words = Math.max(least, Math.min(d.weightWords(), mostWeightWords(d)));
    if (options.memoryKib().isEmpty()) {
      return Optional.of(d.withWeightWords(words));
    }
    long budget = options.memoryKib().getAsInt() * 1024L;
    if (bytes(d.withWeightWords(least)) > budget) {
      return Optional.empty();
    }
    int low = least;
    int high = words;
    while (low < high) {
      int middle = (low + high + 1) / 2;
      if (bytes(d.withWeightWords(middle)) <= budget) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return Optional.of(d.withWeightWords(low));
  }

  boolean hasMemoryLimit() {
    return options.memoryKib().isPresent();
  }

  /** The design on an array that needs the least memory. */
  DesignPoint smallest(ArrayChoice a) {
    List<DesignPoint> all = new ArrayList<>();
    for (int p : requantColumns(a)) {
      for (ShifterChoice s : shifters(a, p)) {
        DesignPoint d =
            new DesignPoint(
                a, p, a.rows() * p, s.columns(), s.depth(), 1, LEAST_SLOTS, LEAST_SLOTS, 1);
        all.add(d.withWeightWords(leastWeightWords(d)));
      }
    }
    return all.stream().min(Comparator.comparingLong(this::bytes)).orElseThrow();
  }

  /** Why nothing fits. */
  String tooLittleMemory() {
    long least = arrays().stream().mapToLong(a -> bytes(smallest(a))).min().orElseThrow();
    return "%d KiB of on-chip memory; an array of %d MACs needs at least %d KiB for this model"
        .formatted(
            options.memoryKib().orElse(0), Integer.highestOneBit(macs), (least + 1023) / 1024);
  }

  /** Of all on-chip memories. */
  public long bytes(DesignPoint d) {
    return BufferPlan.bytes(architecture(d));
  }

  public Architecture architecture(DesignPoint d) {
    Architecture core = core(d);
    BufferNeeds needs = BufferNeeds.of(shape, traits.weights4(), core);
    BufferPlan.Slack slack =
        new BufferPlan.Slack(d.weightWords(), d.valueBuffers(), d.scoreSlots(), d.codeSlots());
    return architecture(
        d, needs.tileWords() * d.array().depth(), BufferPlan.of(shape, needs, core, slack));
  }

  /** Its buffers and its largest K are not meant to be used. */
  Architecture core(DesignPoint d) {
    return architecture(d, 1, new Architecture.Buffers(1, 1, 1, 1, 1, 1, 1, 1, 1, 1));
  }

  private Architecture architecture(DesignPoint d, int maxDepth, Architecture.Buffers buffers) {
    ArrayChoice a = d.array();
    int codeColumns = ceilDiv(shape.tokens(), d.shifterDepth()) * d.shifterDepth();
    return new Architecture(
        a.rows(),
        a.columns(),
        a.depth(),
        a.rows() * d.requantColumns(),
        d.layerNormLanes(),
        d.shifterColumns(),
        d.shifterDepth(),
        traits.residualBits(),
        traits.ptfMax(),
        maxDepth,
        shape.dim(),
        codeColumns,
        options.jobQueue(),
        new Architecture.Axi(8 * beatBytes(a), options.addressBits(), 32, options.outstanding()),
        buffers);
  }

  /** Powers of two from {@code low}, one of them, to {@code high}. */
  private static List<Integer> powers(int low, int high) {
    List<Integer> all = new ArrayList<>();
    for (int i = low; i <= high; i *= 2) {
      all.add(i);
    }
    return all;
  }
}
