package org.p2vit.generator.cycles;

import java.util.List;
import org.p2vit.rtl.Architecture;
import org.p2vit.rtl.Chunk;
import org.p2vit.rtl.job.SoftmaxJob;

/**
 * SOFTMAX: passes SUM and CODE in the order of {@code SoftmaxPasses}. When a row block's logarithms
 * are ready, its CODE goes first unless the next row block is open by then, which is what {@link
 * #decision} is about.
 */
final class SoftmaxTiming extends ChunkTiming implements InStep {
  /** From issuing the last item of SUM to complete sums: items, A to D, sums. */
  private static final int SUM_TO_COMPLETE = 6;

  /** From complete sums to their logarithms, less a cycle a row: rows, logarithm. */
  private static final int COMPLETE_TO_LOG = 2;

  /** From issuing an item of CODE to its write: items, A, B, C, output register. */
  private static final int CODE_TO_DONE = 5;

  /** From the last write to giving up the job: the pipeline is seen empty. */
  private static final int DONE_TO_FINISH = 1;

  /** Row blocks between the end of their SUM and that of their CODE: banks of logarithms. */
  private static final int BANKS = 2;

  private final int rowsPerBlock;
  private final int p;
  private TimedJob job;
  private int row;
  private int rows;
  private int scoredWords;
  private int codeWords;

  /** First cycle in which the next pass can be chosen: that of the last item before. */
  private long choice;

  private long earliest;
  private long free;

  /** Row blocks with SUM issued and CODE to come, and when the logarithms of each are ready. */
  private int summed;

  private long olderLogs;
  private long newerLogs;

  SoftmaxTiming(UnitTimes[] units, List<TimedJob> jobs, Architecture arch) {
    super(units, Chunk.SOFTMAX.ordinal(), jobs);
    rowsPerBlock = arch.rows();
    p = arch.requantColumns();
    units[Chunk.SOFTMAX.ordinal()].nextNotBefore(
        () -> summed == 0 ? notBefore() : codeAt() + codeWords + CODE_TO_DONE);
  }

  @Override
  boolean advance() {
    boolean moved = false;
    while (true) {
      if (job == null) {
        if (!begin()) {
          return moved;
        }
        moved = true;
      }
      while (row < rows || summed > 0) {
        if (summed == BANKS || row == rows) {
          code();
        } else {
          long holds = waitsHold(job, row, 0);
          boolean known = holds != UnitTimes.UNKNOWN;
          long notBefore = known ? holds : awaitedNotBefore() + 1;
          long open = Math.max(earliest, notBefore + JobInHand.WAITS_TO_START);
          if (summed == 1 && open > codeAt()) {
            code();
          } else if (known) {
            sum(open);
          } else {
            return moved;
          }
        }
        moved = true;
      }
      free = choice + CODE_TO_DONE + DONE_TO_FINISH;
      job = null;
    }
  }

  private boolean begin() {
    job = queuedJob();
    if (job == null) {
      return false;
    }
    SoftmaxJob j = (SoftmaxJob) job.job;
    row = 0;
    rows = j.rowBlocks();
    scoredWords = (j.tokens() + p - 1) / p;
    codeWords = j.columns() / p;
    take(job, Math.max(free, job.queued));
    earliest = job.taken + JobInHand.TAKEN_TO_START;
    return true;
  }

  /** The next row block does not start before this cycle. */
  private long notBefore() {
    return Math.max(choice, job == null ? nextJobNotBefore() : awaitedNotBefore());
  }

  private void sum(long open) {
    long start = Math.max(open, choice);
    choice = start + scoredWords;
    earliest = start + JobInHand.ROW_TO_START;
    row++;
    summed++;
    olderLogs = newerLogs;
    // Those of the row block before are taken first; its bank being free does not mean that.
    long complete = Math.max(choice + SUM_TO_COMPLETE, newerLogs);
    newerLogs = complete + rowsPerBlock + COMPLETE_TO_LOG;
  }

  @Override
  public TimedJob inHand() {
    return job;
  }

  @Override
  public int row() {
    return row;
  }

  @Override
  public boolean isUndisturbed() {
    return true;
  }

  @Override
  public long ready() {
    return earliest - JobInHand.WAITS_TO_START;
  }

  @Override
  public void state(CycleList cycles) {
    cycles.add(choice);
    cycles.add(earliest);
    cycles.add(olderLogs);
    cycles.add(newerLogs);
  }

  @Override
  public void completeEvery(long cycles, int rowBlocks) {
    long shift = cycles * rowBlocks;
    choice += shift;
    earliest += shift;
    olderLogs += shift;
    newerLogs += shift;
    row += rowBlocks;
    completeEvery(job, cycles, rowBlocks);
  }

  private long codeAt() {
    return Math.max(choice, summed == BANKS ? olderLogs : newerLogs);
  }

  private void code() {
    choice = codeAt() + codeWords;
    summed--;
    complete(job, choice + CODE_TO_DONE);
  }

  /**
   * The cycle in which it must be known whether the next row block is open, or UNKNOWN if nothing
   * is to decide.
   */
  long decision() {
    return job != null && summed == 1 && row < rows ? codeAt() : UnitTimes.UNKNOWN;
  }

  /** The next row block is not open in the cycle of {@link #decision}. */
  void decideNotOpen() {
    code();
  }
}
