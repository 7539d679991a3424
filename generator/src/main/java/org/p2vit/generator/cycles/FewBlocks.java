package org.p2vit.generator.cycles;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.p2vit.generator.compile.TracedJob;
import org.p2vit.rtl.job.MatMulJob;

/**
 * Blocks of a program, and how long a model with more of them takes. A block is looked at from the
 * end of its hidden layer to that of the next one's: the layer behind it is special in the last
 * block.
 */
final class FewBlocks {
  /** Share of the total by which it may depend on what stands for the blocks that are left out. */
  private static final double TOLERANCE = 0.001;

  /** Of two blocks, which show it only once. */
  private static final double TOLERANCE_OF_TWO = TOLERANCE / 10;

  /** So many blocks show by their cycles alone that they repeat, fewer by their places too. */
  private static final int MANY = 6;

  private static final String SCORES = "scores";
  private static final String PROJECTION = "residual1";
  private static final String HIDDEN = "hidden";

  /**
   * What the array does in a block, up to the hidden layer.
   *
   * @param places of weights and parameters of the layers behind the heads
   * @param lastScores index of a job
   * @param lastHidden likewise
   */
  private record Block(List<Integer> places, int lastScores, int lastHidden) {}

  private final List<Block> blocks = new ArrayList<>();
  private final int turn;

  private FewBlocks(int turn) {
    this.turn = turn;
  }

  /**
   * @param jobs of a model with at least two blocks, and more than {@code turn}
   * @param turn blocks are supposed to take as long as those so many before
   */
  static FewBlocks of(List<TracedJob> jobs, int turn) {
    FewBlocks all = new FewBlocks(turn);
    List<Integer> places = new ArrayList<>();
    int lastScores = 0;
    int lastHidden = 0;
    for (int i = 0; i < jobs.size(); i++) {
      if (jobs.get(i).job() instanceof MatMulJob job) {
        String tensor = jobs.get(i).purpose();
        if (tensor.endsWith(SCORES)) {
          lastScores = i;
        } else if (tensor.endsWith(PROJECTION) || tensor.endsWith(HIDDEN)) {
          lastHidden = i;
          places.add(job.weightBase());
          places.add(job.parameterBase());
        } else if (!places.isEmpty()) {
          all.blocks.add(new Block(places, lastScores, lastHidden));
          places = new ArrayList<>();
        }
      }
    }
    return all;
  }

  private Block fromEnd(int index) {
    return blocks.get(blocks.size() - 1 - index);
  }

  /**
   * Whether the last block has its weights where that has them whose turn it takes. Otherwise few
   * blocks may take equally long by chance.
   */
  boolean arePlacedAlike() {
    return blocks.size() >= MANY || fromEnd(0).places().equals(fromEnd(turn).places());
  }

  /**
   * Cycles of a model with more such blocks; empty if they do not show how long these take.
   *
   * @param p of the jobs
   * @param depth blocks of that model, {@code turn} more, or a multiple of it
   */
  OptionalLong cycles(CyclePrediction p, int depth) {
    long cycles = end(p, 0) - end(p, turn);
    boolean two = blocks.size() == 2;
    // From its scores on, the first block is as the others are.
    long before =
        two ? cycles + sinceScores(p, 1) - sinceScores(p, 0) : end(p, 1) - end(p, turn + 1);
    double tolerance = two ? TOLERANCE_OF_TWO : TOLERANCE;
    int times = (depth - blocks.size()) / turn;
    return Math.abs(cycles - before) * times <= tolerance * p.total()
        ? OptionalLong.of(p.total() + times * cycles)
        : OptionalLong.empty();
  }

  private long end(CyclePrediction p, int fromEnd) {
    return p.jobs().get(fromEnd(fromEnd).lastHidden()).lastDone();
  }

  private long sinceScores(CyclePrediction p, int fromEnd) {
    return end(p, fromEnd) - p.jobs().get(fromEnd(fromEnd).lastScores()).lastDone();
  }
}
