package org.p2vit.generator.cycles;

import java.util.List;

/**
 * A chunk that works through row blocks by {@code JobInHand}: it takes a job when it has given up
 * the one before, and starts a row block when the registered outcome of its waits shows.
 */
abstract class RowByRowTiming extends ChunkTiming {
  private TimedJob job;
  private int row;
  private int rows;
  private long earliest;
  private long free;

  RowByRowTiming(UnitTimes[] units, int own, List<TimedJob> jobs) {
    super(units, own, jobs);
  }

  /** A new job. */
  protected abstract void begin(TimedJob job);

  /**
   * One row block.
   *
   * @param open first cycle in which it may start
   * @return cycle in which it starts
   */
  protected abstract long row(TimedJob job, long open);

  /** Cycle in which the job is given up, after its last row block. */
  protected abstract long finish();

  @Override
  final boolean advance() {
    boolean moved = false;
    while (true) {
      if (job == null) {
        TimedJob queued = queuedJob();
        if (queued == null) {
          return moved;
        }
        job = queued;
        row = 0;
        rows = job.job.units();
        take(job, Math.max(free, job.queued));
        earliest = job.taken + JobInHand.TAKEN_TO_START;
        begin(job);
        moved = true;
      }
      while (row < rows) {
        long holds = job.waitsHold(units, row, 0);
        if (holds == UnitTimes.UNKNOWN) {
          return moved;
        }
        long start = row(job, Math.max(earliest, holds + JobInHand.WAITS_TO_START));
        earliest = start + JobInHand.ROW_TO_START;
        row++;
        moved = true;
      }
      free = finish();
      job = null;
    }
  }
}
