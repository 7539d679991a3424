package org.p2vit.verif.emulator;

import org.p2vit.numerics.LogSoftmax;
import org.p2vit.numerics.Tables;
import org.p2vit.rtl.Architecture;
import org.p2vit.rtl.job.SoftmaxJob;

/** See {@link SoftmaxJob}. */
final class SoftmaxRun extends JobRun {
  private final SoftmaxJob job;
  private final EmulatedBuffer score;
  private final EmulatedBuffer scoreMax;
  private final EmulatedBuffer code;

  SoftmaxRun(ProgramJob source, SoftmaxJob job, Architecture arch, Memories memories) {
    super(source, arch, memories, job.rowBlocks(), 1);
    this.job = job;
    score = buffer(BufferId.SCORE);
    scoreMax = buffer(BufferId.SCORE_MAX);
    code = buffer(BufferId.CODE);
    Architecture.Buffers b = arch.buffers();
    source.require(job.tokens() > 0, "tokens", "0 tokens");
    source.require(
        job.tokens() <= job.columns(),
        "tokens",
        job.tokens() + " are more than columns = " + job.columns());
    source.require(
        job.columns() % arch.shifterDepth() == 0,
        "columns",
        job.columns() + " is no multiple of " + arch.shifterDepth());
    source.require(
        job.columns() / arch.shifterDepth() <= b.codeSlotWords(),
        "columns",
        job.columns() + " do not fit a code slot of " + b.codeSlotWords() + " words");
    int p = arch.requantColumns();
    source.require(
        (job.tokens() + p - 1) / p <= b.scoreSlotWords(),
        "tokens",
        job.tokens() + " do not fit a score slot of " + b.scoreSlotWords() + " words");
    source.require(
        job.shift() >= 1 && job.shift() <= 12, "shift", job.shift() + " is not in 1..12");
  }

  @Override
  protected void compute(int row, int tile, Step step) {
    Architecture.Buffers b = arch.buffers();
    int p = arch.requantColumns();
    int depth = arch.shifterDepth();
    int slot = (job.scoreSlot() + row) % b.scoreSlots();
    int from = slot * b.scoreSlotWords();
    int to = (job.codeSlot() + row) % b.codeSlots() * b.codeSlotWords();
    for (int j = 0; j < job.tokens(); j += p) {
      step.read(score, from + j / p);
    }
    step.read(scoreMax, slot);
    int[][] codes = new int[arch.rows()][];
    for (int r = 0; r < arch.rows(); r++) {
      int[] scores = new int[job.tokens()];
      for (int j = 0; j < scores.length; j++) {
        scores[j] = (int) score.get(from + j / p, lane(r, j, p));
      }
      codes[r] = softmax(scores, (int) scoreMax.get(slot, r));
    }
    for (int j = 0; j < job.columns(); j += p) {
      short[] beat = new short[arch.rows() * p];
      for (int r = 0; r < arch.rows(); r++) {
        for (int c = 0; c < p; c++) {
          int y = j + c < job.tokens() ? codes[r][j + c] : Tables.CODE_ZERO;
          step.element(code, to + j / depth, lane(r, j + c, depth), j + c, y);
          beat[r * p + c] = (short) y;
        }
      }
      step.beat(j, beat);
    }
  }

  /** docs/numerics.md section 5. */
  private int[] softmax(int[] scores, int max) {
    int[] t = new int[scores.length];
    int sum = 0;
    for (int j = 0; j < t.length; j++) {
      t[j] = LogSoftmax.logDistance(max - scores[j], job.shift());
      sum += LogSoftmax.power(t[j]);
    }
    int logSum = LogSoftmax.logSum(sum);
    for (int j = 0; j < t.length; j++) {
      t[j] = LogSoftmax.code(t[j], logSum);
    }
    return t;
  }
}
