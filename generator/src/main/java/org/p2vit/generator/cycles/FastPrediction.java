package org.p2vit.generator.cycles;

import java.util.List;
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
 * <p>Of a deep model with equal blocks only {@value #BLOCKS} blocks are scheduled and simulated;
 * the others take as long as the last of them but one. That is exact where the time of a block has
 * become the same from one to the next. Where it still changes (rings of slots or blocks of job
 * fetches that fall differently) by more than {@link #TOLERANCE} of the total, the whole model is
 * predicted, as are models of mixed bits, shallow ones and several images a start.
 */
public final class FastPrediction {
  /** Blocks that stand for all. */
  static final int BLOCKS = 4;

  /** Share of the total that the next blocks may differ by, all together, if the change goes on. */
  static final double TOLERANCE = 0.001;

  private final ModelOutline outline;
  private final QuantizedModel whole;
  private final QuantizedModel few;

  private FastPrediction(ModelOutline outline) {
    int depth = outline.shape().depth();
    this.outline = outline;
    whole = outline.withBlocks(depth);
    few = outline.withBlocks(Math.min(depth, BLOCKS));
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
   * Cycles of a start that computes one image.
   *
   * @throws InputException if the model does not fit the architecture
   */
  public long cycles(Architecture arch, MemoryTiming memory) {
    int more = outline.shape().depth() - BLOCKS;
    if (more <= 1 || !outline.equalBlocks()) {
      return cycles(arch, memory, 1);
    }
    Schedule schedule = ModelCompiler.schedule(few, arch, 1);
    CyclePrediction p = CycleModel.predict(schedule.program(), arch, memory);
    long[] end = new long[BLOCKS - 1];
    for (int i = 0; i < end.length; i++) {
      end[i] = end(schedule, p, i);
    }
    // The very last block is special: its last layer's groups are.
    long block = end[BLOCKS - 2] - end[BLOCKS - 3];
    long before = end[BLOCKS - 3] - end[BLOCKS - 4];
    long total = p.total() + more * block;
    return Math.abs(block - before) * more <= TOLERANCE * total ? total : cycles(arch, memory, 1);
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
