package org.p2vit.generator.cycles;

import java.util.List;

/**
 * One chunk at work: takes its jobs in order and computes when their units are complete, as far as
 * what they wait for is known.
 */
abstract class ChunkTiming {
  /** Of all chunks. */
  protected final UnitTimes[] units;

  private final UnitTimes own;
  private final TimedJob[] jobs;
  private int next;

  /** Units that the job in hand, or the next one, waits for without knowing when they come. */
  private UnitTimes awaited;

  private int awaitedUnits;
  private boolean asked;

  /**
   * @param units of all chunks, by {@code Chunk.ordinal}
   * @param own which of them counts this chunk's units
   * @param jobs of this chunk, in program order
   */
  ChunkTiming(UnitTimes[] units, int own, List<TimedJob> jobs) {
    this.units = units;
    this.own = units[own];
    awaited = this.own;
    this.jobs = jobs.toArray(TimedJob[]::new);
  }

  /** Goes on as far as possible; returns whether anything new is known. */
  abstract boolean advance();

  /** The job to take next, or null if there is none or the dispatcher has not reached it. */
  protected final TimedJob queuedJob() {
    return exhausted() || jobs[next].queued == UnitTimes.UNKNOWN ? null : jobs[next];
  }

  protected final void take(TimedJob job, long cycle) {
    job.taken = cycle;
    next++;
  }

  protected final void complete(TimedJob job, long cycle) {
    own.complete(cycle);
    job.completed(cycle);
  }

  /** So many more units of a job, see {@link UnitTimes#completeEvery}. */
  protected final void completeEvery(TimedJob job, long cycles, int count) {
    own.completeEvery(cycles, count);
    job.completed(own.cycle(own.count() - 1));
  }

  /** First cycle in which all waits of a row block and tile are seen to hold, or UNKNOWN. */
  protected final long waitsHold(TimedJob job, int row, int tile) {
    if (awaited.count() < awaitedUnits) {
      return UnitTimes.UNKNOWN;
    }
    long cycle = job.waitsHold(units, row, tile);
    if (cycle == UnitTimes.UNKNOWN) {
      int wait = job.unknownWait(units, row, tile);
      awaited = units[job.chunk(wait)];
      awaitedUnits = job.count(wait, row, tile);
    }
    return cycle;
  }

  /** What is waited for does not come before this cycle. */
  protected final long awaitedNotBefore() {
    if (asked || awaited.count() >= awaitedUnits) {
      return 0;
    }
    // Chunks that wait for each other, so that the program stops, know nothing.
    asked = true;
    long cycle = awaited.nextNotBefore();
    asked = false;
    return cycle;
  }

  /** The next job, queued or not, does not start before this cycle. */
  protected final long nextJobNotBefore() {
    if (exhausted()) {
      return UnitTimes.UNKNOWN;
    }
    waitsHold(jobs[next], 0, 0);
    return awaitedNotBefore();
  }

  /** Whether all jobs have been taken. */
  final boolean exhausted() {
    return next == jobs.length;
  }
}
