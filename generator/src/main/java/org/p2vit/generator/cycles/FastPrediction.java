package org.p2vit.generator.cycles;

import java.util.ArrayList;
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
 * <p>Of a deep model with equal blocks only the first few and the last are scheduled and simulated;
 * the others take turns to last as long as the two before the last: blocks take equally long or two
 * alternate, as the places in the buffers do. Where {@value #FEWEST} blocks show neither, {@value
 * #MORE} are looked at, then all; so are models of mixed bits, shallow ones and several images a
 * start.
 */
public final class FastPrediction {
  /** Blocks that stand for an even number; the last one must have its neighbours' turns. */
  static final int FEWEST = 4;

  static final int MORE = 6;

  /** Share of the total by which blocks may differ, all that are not predicted together. */
  static final double TOLERANCE = 0.001;

  /** Likewise, of the first block, where the others take equally long. */
  private static final double FIRST_BLOCK = 0.05;

  /** Of what is made in a block that has neighbours. */
  private static final String INNER_BLOCK = "blocks.1.";

  private final ModelOutline outline;
  private final QuantizedModel whole;

  /** With the first blocks, the fewest first. */
  private final List<QuantizedModel> parts = new ArrayList<>();

  private FastPrediction(ModelOutline outline) {
    int depth = outline.shape().depth();
    this.outline = outline;
    whole = outline.withBlocks(depth);
    for (int even : new int[] {FEWEST, MORE}) {
      int blocks = even + depth % 2;
      if (blocks < depth && outline.equalBlocks()) {
        parts.add(outline.withBlocks(blocks));
      }
    }
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
    for (QuantizedModel part : parts) {
      OptionalLong cycles = fromPart(ModelCompiler.schedule(part, arch, 1), memory);
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
    for (QuantizedModel part : parts) {
      Schedule schedule = ModelCompiler.schedule(part, arch, 1);
      OptionalLong cycles = fromPart(schedule, memory);
      if (cycles.isPresent()) {
        AccessCounts block =
            AccessCounts.of(schedule, job -> job.purpose().startsWith(INNER_BLOCK));
        return new Estimate(
            cycles.getAsLong(), AccessCounts.of(schedule).plus(block, more(schedule)));
      }
    }
    Schedule schedule = ModelCompiler.schedule(whole, arch, 1);
    long cycles = CycleModel.predict(schedule.program(), arch, memory).total();
    return new Estimate(cycles, AccessCounts.of(schedule));
  }

  /** Blocks that are left out. */
  private int more(Schedule part) {
    return outline.shape().depth() - part.shape().depth();
  }

  /** Empty if it does not show that blocks repeat. */
  private OptionalLong fromPart(Schedule part, MemoryTiming memory) {
    CyclePrediction p = CycleModel.predict(part.program(), part.architecture(), memory);
    // The very last block is special: its last layer's groups are.
    int last = part.shape().depth() - 2;
    List<BlockEnd> ends = new ArrayList<>();
    for (int block = 0; block <= last; block++) {
      ends.add(BlockEnd.of(part, p, block));
    }
    double unit = (double) p.total() / more(part);
    boolean repeats =
        repeats(ends, 1, TOLERANCE * unit, FIRST_BLOCK * unit)
            || repeats(ends, 2, TOLERANCE * unit, TOLERANCE * unit);
    if (!repeats || ends.get(last).place != ends.get(last - 2).place) {
      return OptionalLong.empty();
    }
    long two = ends.get(last).cycle - ends.get(last - 2).cycle;
    return OptionalLong.of(p.total() + more(part) / 2 * two);
  }

  /**
   * Whether blocks take as long as those {@code turn} before.
   *
   * @param tolerance in cycles
   * @param ofFirst of the first block, which begins unlike the others: what follows its scores
   */
  private static boolean repeats(List<BlockEnd> ends, int turn, double tolerance, double ofFirst) {
    boolean repeats =
        Math.abs(ends.get(turn).behindScores() - ends.get(0).behindScores()) <= ofFirst;
    for (int i = turn + 1; i < ends.size(); i++) {
      long block = ends.get(i).cycle - ends.get(i - 1).cycle;
      long before = ends.get(i - turn).cycle - ends.get(i - turn - 1).cycle;
      repeats &= Math.abs(block - before) <= tolerance;
    }
    return repeats;
  }

  /**
   * How a block ends.
   *
   * @param scores cycle in which the array has done its scores
   * @param cycle in which it has done all of it
   * @param place of the last weights in the buffer
   */
  private record BlockEnd(long scores, long cycle, int place) {
    long behindScores() {
      return cycle - scores;
    }

    static BlockEnd of(Schedule schedule, CyclePrediction p, int block) {
      int scores = lastJob(schedule, "blocks." + block + ".scores");
      int last = lastJob(schedule, "blocks." + block + ".residual2");
      MatMulJob job = (MatMulJob) schedule.jobs().get(last).job();
      return new BlockEnd(
          p.jobs().get(scores).lastDone(), p.jobs().get(last).lastDone(), job.weightBase());
    }

    private static int lastJob(Schedule schedule, String tensor) {
      for (int i = schedule.jobs().size() - 1; i >= 0; i--) {
        TracedJob traced = schedule.jobs().get(i);
        if (traced.job() instanceof MatMulJob && traced.purpose().equals(tensor)) {
          return i;
        }
      }
      throw new IllegalStateException("no job for " + tensor);
    }
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
}
