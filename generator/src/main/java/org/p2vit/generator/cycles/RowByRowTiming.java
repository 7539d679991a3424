package org.p2vit.generator.cycles;

import java.util.List;

/**
 * A chunk that works through row blocks by {@code JobInHand}: it takes a job when it has given up
 * the one before, and starts a row block when the registered outcome of its waits shows. Others go
 * first at its ports, so row blocks are computed piece by piece in the order of time, when it is
 * known what these do.
 */
abstract class RowByRowTiming extends ChunkTiming {
  private TimedJob job;
  private int row;
  private int rows;
  private long earliest;
  private long free;

  /** First cycle in which the row block may start. */
  private long open;

  private boolean started;

  /** When the next piece needs ports, or UNKNOWN. */
  private long next = UnitTimes.UNKNOWN;

  RowByRowTiming(UnitTimes[] units, int own, List<TimedJob> jobs) {
    super(units, own, jobs);
    units[own].nextNotBefore(this::notBefore);
  }

  /** A new job. */
  protected abstract void begin(TimedJob job);

  /**
   * When a row block will need ports that others go first at, if nothing delays it before.
   *
   * @param open first cycle in which it may start
   */
  protected abstract long needsPorts(long open);

  /**
   * A row block starts.
   *
   * @param open first cycle in which it may
   * @return cycle in which it does
   */
  protected abstract long start(long open);

  /** When its next piece needs ports, as far as is known. */
  protected abstract long nextPiece();

  /**
   * Computes that piece, or finds that it comes later; returns whether it was the last.
   *
   * @param horizon until then it is known how others use the ports
   */
  protected abstract boolean piece(long horizon);

  /** Cycle of {@code done} of the row block that is complete. */
  protected abstract long done();

  /** Cycle in which the job is given up, after its last row block. */
  protected abstract long finish();

  @Override
  final boolean advance() {
    if (next != UnitTimes.UNKNOWN) {
      return false;
    }
    boolean moved = false;
    if (job == null) {
      TimedJob queued = queuedJob();
      if (queued == null) {
        return false;
      }
      job = queued;
      row = 0;
      rows = job.job.units();
      take(job, Math.max(free, job.queued));
      earliest = job.taken + JobInHand.TAKEN_TO_START;
      begin(job);
      moved = true;
    }
    long holds = waitsHold(job, row, 0);
    if (holds == UnitTimes.UNKNOWN) {
      return moved;
    }
    open = Math.max(earliest, holds + JobInHand.WAITS_TO_START);
    next = needsPorts(open);
    return true;
  }

  /** When the next piece is to be computed, or UNKNOWN. */
  final long next() {
    return next;
  }

  /** No piece that is to come uses a port before this cycle. */
  final long notBefore() {
    if (next != UnitTimes.UNKNOWN) {
      return next;
    }
    return job == null ? nextJobNotBefore() : awaitedNotBefore();
  }

  /**
   * Computes it and those that follow.
   *
   * @param horizon until then it is known how others use the ports
   */
  final void work(long horizon) {
    if (!started) {
      started = true;
      earliest = start(open) + JobInHand.ROW_TO_START;
    }
    next = nextPiece();
    while (next < horizon) {
      if (piece(horizon)) {
        complete();
        return;
      }
      next = nextPiece();
    }
  }

  /** The job in hand, or null. */
  public final TimedJob inHand() {
    return job;
  }

  /** The next row block of it, which may be in work. */
  public final int row() {
    return row;
  }

  /** Whether it is in work. */
  protected final boolean isStarted() {
    return started;
  }

  /** First cycle in which the next row block may start if it waits for nothing. */
  protected final long earliest() {
    return earliest;
  }

  /** More row blocks are complete, each so many cycles after the one before. */
  protected final void rowsEvery(long cycles, int rowBlocks) {
    long shift = cycles * rowBlocks;
    earliest += shift;
    if (next != UnitTimes.UNKNOWN) {
      open += shift;
      next += shift;
    }
    row += rowBlocks;
    completeEvery(job, cycles, rowBlocks);
  }

  private void complete() {
    next = UnitTimes.UNKNOWN;
    started = false;
    complete(job, done());
    if (++row == rows) {
      free = finish();
      job = null;
    }
  }
}
