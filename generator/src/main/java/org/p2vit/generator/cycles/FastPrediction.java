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
    BlockEnd end = BlockEnd.of(part, p, last);
    BlockEnd neighbour = BlockEnd.of(part, p, last - 1);
    BlockEnd turn = BlockEnd.of(part, p, last - 2);
    long same = (end.cycle - neighbour.cycle) - (neighbour.cycle - turn.cycle);
    // Block 0 does not begin as the others do.
    long turns = (end.cycle - end.scores) - (turn.cycle - turn.scores);
    boolean repeats =
        Math.min(Math.abs(same), Math.abs(turns)) * more(part) <= TOLERANCE * p.total();
    if (end.place != turn.place || !repeats) {
      return OptionalLong.empty();
    }
    return OptionalLong.of(p.total() + more(part) / 2 * (end.cycle - turn.cycle));
  }

  /**
   * How a block ends.
   *
   * @param scores cycle in which the array has done its scores
   * @param cycle in which it has done all of it
   * @param place of the last weights in the buffer
   */
  private record BlockEnd(long scores, long cycle, int place) {
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
