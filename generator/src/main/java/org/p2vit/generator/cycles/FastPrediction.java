package org.p2vit.generator.cycles;

import java.util.List;
import java.util.OptionalLong;
import org.p2vit.generator.compile.AccessCounts;
import org.p2vit.generator.compile.ModelCompiler;
import org.p2vit.generator.compile.ModelTraits;
import org.p2vit.generator.compile.Schedule;
import org.p2vit.generator.compile.TracedJob;
import org.p2vit.model.InputException;
import org.p2vit.model.QuantizedModel;
import org.p2vit.rtl.Architecture;
import org.p2vit.rtl.job.Job;
import org.p2vit.rtl.job.MatMulJob;

/**
 * Cycles of one model on many architectures, for searches and sweeps: a point is an architecture
 * and its total. Safe for any number of threads.
 *
 * <p>Of a deep model with equal blocks only {@value #EVEN_BLOCKS} (of an odd number, one more) are
 * scheduled and simulated; the others take turns to last as long as the two before the last: blocks
 * take equally long or two alternate, as the places in the buffers do. The whole model is predicted
 * where these show neither, up to {@link #TOLERANCE}; so are models of mixed bits, shallow ones and
 * several images a start.
 */
public final class FastPrediction {
  /** Blocks that stand for all, if these are even: the last one must have its neighbours' turns. */
  static final int EVEN_BLOCKS = 6;

  /** Share of the total by which blocks may differ, all that are not predicted together. */
  static final double TOLERANCE = 0.001;

  /** Of what is made in a block that has neighbours. */
  private static final String INNER_BLOCK = "blocks.1.";

  private final ModelOutline outline;
  private final QuantizedModel whole;
  private final QuantizedModel few;
  private final int blocks;

  private FastPrediction(ModelOutline outline) {
    int depth = outline.shape().depth();
    this.outline = outline;
    whole = outline.withBlocks(depth);
    blocks = Math.min(depth, EVEN_BLOCKS + depth % 2);
    few = outline.withBlocks(blocks);
  }

  /** Of a model, whose numbers are not looked at. */
  public static FastPrediction of(QuantizedModel model) {
    return new FastPrediction(ModelOutline.of(model));
  }

  /** Of any model with these traits; with {@link ModelTraits#weights4}, all layers have 4 bits. */
  public static FastPrediction of(ModelTraits traits) {
    return new FastPrediction(ModelOutline.of(traits));
  }

  /**
   * A start that computes one image.
   *
   * @param cycles that it takes
   * @param counts what is done in them
   */
  public record Estimate(long cycles, AccessCounts counts) {}

  /**
   * Cycles of a start that computes one image.
   *
   * @throws InputException if the model does not fit the architecture
   */
  public long cycles(Architecture arch, MemoryTiming memory) {
    if (takesTurns()) {
      Schedule schedule = ModelCompiler.schedule(few, arch, 1);
      OptionalLong cycles = fromFew(schedule, memory);
      if (cycles.isPresent()) {
        return cycles.getAsLong();
      }
    }
    return cycles(arch, memory, 1);
  }

  /**
   * Cycles, and what is counted for energy.
   *
   * @throws InputException if the model does not fit the architecture
   */
  public Estimate estimate(Architecture arch, MemoryTiming memory) {
    if (takesTurns()) {
      Schedule schedule = ModelCompiler.schedule(few, arch, 1);
      OptionalLong cycles = fromFew(schedule, memory);
      if (cycles.isPresent()) {
        AccessCounts block =
            AccessCounts.of(schedule, job -> job.purpose().startsWith(INNER_BLOCK));
        int more = outline.shape().depth() - blocks;
        return new Estimate(cycles.getAsLong(), AccessCounts.of(schedule).plus(block, more));
      }
    }
    Schedule schedule = ModelCompiler.schedule(whole, arch, 1);
    long cycles = CycleModel.predict(schedule.program(), arch, memory).total();
    return new Estimate(cycles, AccessCounts.of(schedule));
  }

  /** Whether few blocks can stand for all. */
  private boolean takesTurns() {
    return outline.shape().depth() > blocks && outline.equalBlocks();
  }

  /** Empty if blocks do not repeat. */
  private OptionalLong fromFew(Schedule schedule, MemoryTiming memory) {
    int more = outline.shape().depth() - blocks;
    CyclePrediction p = CycleModel.predict(schedule.program(), schedule.architecture(), memory);
    // The very last block is special: its last layer's groups are.
    long[] block = new long[blocks - 2];
    for (int i = 0; i < block.length; i++) {
      block[i] = end(schedule, p, i + 1) - end(schedule, p, i);
    }
    int last = block.length - 1;
    long same =
        Math.abs(block[last] - block[last - 1]) + Math.abs(block[last - 1] - block[last - 2]);
    long turns =
        Math.abs(block[last] - block[last - 2]) + Math.abs(block[last - 1] - block[last - 3]);
    if (Math.min(same, turns) * more > TOLERANCE * p.total()) {
      return OptionalLong.empty();
    }
    return OptionalLong.of(p.total() + more / 2 * (block[last] + block[last - 1]));
  }

  /**
   * Cycles of a start that computes several images back to back: without a short cut.
   *
   * @throws InputException if the model does not fit the architecture
   */
  public long cycles(Architecture arch, MemoryTiming memory, int images) {
    List<Job> program = ModelCompiler.schedule(whole, arch, images).program();
    return CycleModel.predict(program, arch, memory).total();
  }

  /** Cycle in which the array has done a block. */
  private static long end(Schedule schedule, CyclePrediction p, int block) {
    String tensor = "blocks." + block + ".residual2";
    for (int i = schedule.jobs().size() - 1; i >= 0; i--) {
      TracedJob traced = schedule.jobs().get(i);
      if (traced.job() instanceof MatMulJob && traced.purpose().equals(tensor)) {
        return p.jobs().get(i).lastDone();
      }
    }
    throw new IllegalStateException("no job for " + tensor);
  }
}
