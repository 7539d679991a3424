package org.p2vit.generator.compile;

import java.util.List;
import java.util.Optional;
import org.p2vit.model.VitShape;
import org.p2vit.rtl.Architecture;
import org.p2vit.rtl.job.Job;
import org.p2vit.rtl.job.MatMulJob;
import org.p2vit.rtl.job.ShifterJob;
import org.p2vit.rtl.job.SoftmaxJob;

/**
 * Scores, softmax and attention times V of one head after the other. The three jobs of a head run
 * in step through the score and code rings, while MATMUL goes on with the next head.
 */
final class AttentionHeads {
  private final VitShape shape;
  private final Architecture arch;
  private final BufferNeeds needs;
  private final ProgramBuilder program;
  private int rowBlocksSoFar;
  private int headsSoFar;

  AttentionHeads(VitShape shape, Architecture arch, BufferNeeds needs, ProgramBuilder program) {
    this.shape = shape;
    this.arch = arch;
    this.needs = needs;
    this.program = program;
  }

  /** VALUE word from which the next head's values are to be written. */
  int nextValueBase() {
    return headsSoFar % NetworkProgram.valueBuffers(needs, arch) * needs.valueWords();
  }

  /** VALUE words of a group of tokens. */
  int valueStride() {
    return shape.headDim() / arch.shifterColumns();
  }

  /**
   * Adds a head, whose queries, keys and values have been added.
   *
   * @param block prefix of the tensors' names
   * @param shift of the accumulated scores
   * @param scoreExponent {@code e_s}
   * @param contextShift of the context
   */
  void add(String block, int head, int shift, int scoreExponent, int contextShift) {
    Architecture.Buffers b = arch.buffers();
    int blocks = needs.rowBlocks();
    int p = arch.requantColumns();
    int scoreSlot = rowBlocksSoFar % b.scoreSlots();
    int codeSlot = rowBlocksSoFar % b.codeSlots();
    int d = shape.headDim();
    MatMulJob scores =
        new MatMulJob(
            List.of(),
            needs.secondRegion(),
            needs.headWords(),
            needs.headWords(),
            blocks,
            Sizes.ceilDiv(shape.tokens(), arch.columns()),
            0,
            needs.headWords(),
            false,
            false,
            0,
            shift,
            false,
            0,
            MatMulJob.Destination.SCORE,
            scoreSlot,
            b.scoreSlotWords(),
            0,
            shape.tokens(),
            0);
    int codeColumns = BufferNeeds.codeColumns(shape, arch);
    SoftmaxJob softmax =
        new SoftmaxJob(
            List.of(), blocks, scoreSlot, codeSlot, codeColumns, shape.tokens(), 4 - scoreExponent);
    ShifterJob context =
        new ShifterJob(
            List.of(),
            blocks,
            codeSlot,
            nextValueBase(),
            valueStride(),
            needs.codeSlotWords(),
            d / arch.shifterColumns(),
            contextShift,
            needs.contextBase(),
            needs.dimWords(),
            head * d);
    List<TracedJob> gang =
        List.of(
            traced(scores, block + "scores", head, 0, Sizes.roundUp(shape.tokens(), p)),
            traced(softmax, block + "attention", head, 0, codeColumns),
            traced(context, block + "context", 0, head * d, d));
    program.step(List.of(), () -> gang);
    rowBlocksSoFar += blocks;
    headsSoFar++;
  }

  private TracedJob traced(Job job, String tensor, int head, int column, int columns) {
    TapTarget tap = new TapTarget(tensor, head, column, columns, needs.rowBlocks());
    return new TracedJob(job, tensor, Optional.of(tap));
  }
}
