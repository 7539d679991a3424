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
 *
 * <p>Without overlap inside a layer the three come one after the other, in parts of as many row
 * blocks as both rings hold.
 */
final class AttentionHeads {
  private final VitShape shape;
  private final Architecture arch;
  private final BufferNeeds needs;
  private final ProgramBuilder program;
  private final boolean inStep;
  private int rowBlocksSoFar;
  private int headsSoFar;

  AttentionHeads(
      VitShape shape,
      Architecture arch,
      BufferNeeds needs,
      ProgramBuilder program,
      Overlap overlap) {
    this.shape = shape;
    this.arch = arch;
    this.needs = needs;
    this.program = program;
    inStep = overlap.intraLayer();
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
    Head h = new Head(block, head, shift, scoreExponent, contextShift);
    if (inStep) {
      List<TracedJob> gang = jobs(h, 0, needs.rowBlocks());
      program.step(List.of(), () -> gang);
    } else {
      int part = Math.min(b.scoreSlots(), b.codeSlots());
      for (int first = 0; first < needs.rowBlocks(); first += part) {
        for (TracedJob job : jobs(h, first, Math.min(part, needs.rowBlocks() - first))) {
          program.step(List.of(), () -> List.of(job));
        }
      }
    }
    rowBlocksSoFar += needs.rowBlocks();
    headsSoFar++;
  }

  /** The arguments of {@link #add}. */
  private record Head(String block, int index, int shift, int scoreExponent, int contextShift) {}

  /** Scores, softmax and context of some row blocks. */
  private List<TracedJob> jobs(Head h, int first, int blocks) {
    Architecture.Buffers b = arch.buffers();
    int p = arch.requantColumns();
    int scoreSlot = (rowBlocksSoFar + first) % b.scoreSlots();
    int codeSlot = (rowBlocksSoFar + first) % b.codeSlots();
    int d = shape.headDim();
    MatMulJob scores =
        new MatMulJob(
            List.of(),
            needs.secondRegion() + first * needs.headWords(),
            needs.headWords(),
            needs.headWords(),
            blocks,
            Sizes.ceilDiv(shape.tokens(), arch.columns()),
            0,
            needs.headWords(),
            false,
            false,
            0,
            h.shift(),
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
            List.of(),
            blocks,
            scoreSlot,
            codeSlot,
            codeColumns,
            shape.tokens(),
            4 - h.scoreExponent());
    ShifterJob context =
        new ShifterJob(
            List.of(),
            blocks,
            codeSlot,
            nextValueBase(),
            valueStride(),
            needs.codeSlotWords(),
            d / arch.shifterColumns(),
            h.contextShift(),
            needs.contextBase() + first * needs.dimWords(),
            needs.dimWords(),
            h.index() * d);
    int scoreColumns = Sizes.roundUp(shape.tokens(), p);
    return List.of(
        traced(
            scores, new TapTarget(h.block() + "scores", h.index(), 0, scoreColumns, first, blocks)),
        traced(
            softmax,
            new TapTarget(h.block() + "attention", h.index(), 0, codeColumns, first, blocks)),
        traced(context, new TapTarget(h.block() + "context", 0, h.index() * d, d, first, blocks)));
  }

  private static TracedJob traced(Job job, TapTarget tap) {
    return new TracedJob(job, tap.tensor(), Optional.of(tap));
  }
}
