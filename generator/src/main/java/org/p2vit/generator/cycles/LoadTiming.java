package org.p2vit.generator.cycles;

import java.util.List;
import org.p2vit.rtl.Architecture;
import org.p2vit.rtl.Chunk;
import org.p2vit.rtl.job.LoadJob;

/**
 * LOAD: bursts of a job go out as soon as its waits hold, at most {@code axi.outstanding} at a
 * time; their beats are written as they come.
 */
final class LoadTiming extends ChunkTiming {
  /** From taking a job, or a burst, to the next burst. */
  private static final int TO_NEXT_BURST = 1;

  /** From a beat on the port to its write: the queue of beats. */
  private static final int BEAT_TO_WRITE = 1;

  private final ReadChannel channel;
  private final BurstLength bursts;
  private final int outstanding;

  /** Rings: cycles of the last write of the latest bursts and jobs. */
  private final long[] burstEnd;

  private final long[] jobEnd;
  private int burstCount;
  private int jobCount;

  /** The job whose bursts go out. */
  private TimedJob job;

  private LoadJob fields;
  private long issued;
  private long written;
  private long latestBurst = -1;
  private long nextBurst = UnitTimes.UNKNOWN;

  LoadTiming(UnitTimes[] units, List<TimedJob> jobs, Architecture arch, ReadChannel channel) {
    super(units, Chunk.LOAD.ordinal(), jobs);
    this.channel = channel;
    bursts = new BurstLength(arch.axi());
    outstanding = arch.axi().outstanding();
    burstEnd = new long[outstanding];
    jobEnd = new long[outstanding];
  }

  /** Takes the next job if that is possible. Bursts are issued by {@link #issue}. */
  @Override
  boolean advance() {
    if (job != null) {
      return false;
    }
    TimedJob queued = queuedJob();
    if (queued == null) {
      return false;
    }
    long holds = queued.waitsHold(units, 0, 0);
    if (holds == UnitTimes.UNKNOWN) {
      return false;
    }
    // The splitter is free with the last burst of the job before.
    long cycle = Math.max(Math.max(queued.queued, holds), latestBurst);
    if (jobCount >= outstanding) {
      cycle = Math.max(cycle, jobEnd[jobCount % outstanding] + 1);
    }
    job = queued;
    fields = (LoadJob) queued.job;
    issued = 0;
    take(queued, cycle);
    schedule(cycle);
    return true;
  }

  private void schedule(long after) {
    nextBurst = after + TO_NEXT_BURST;
    if (burstCount >= outstanding) {
      nextBurst = Math.max(nextBurst, burstEnd[burstCount % outstanding] + 1);
    }
  }

  /** Cycle of the next burst, or UNKNOWN. */
  long nextBurst() {
    return nextBurst;
  }

  /** The next burst cannot go out before this cycle. */
  void notBefore(long cycle) {
    if (nextBurst != UnitTimes.UNKNOWN) {
      nextBurst = Math.max(nextBurst, cycle);
    }
  }

  /** The next burst goes out; returns whether it completes a unit or the job. */
  boolean issue() {
    long address = Integer.toUnsignedLong(fields.address()) + issued * bursts.beatBytes();
    int beats = bursts.of(address, fields.beats() - issued);
    long firstWrite = channel.burst(nextBurst, beats) + BEAT_TO_WRITE;
    long end = issued + beats;
    boolean news = false;
    int unit = fields.unitBeats();
    for (long unitEnd = (issued / unit + 1) * unit; unitEnd <= end; unitEnd += unit) {
      complete(job, firstWrite + unitEnd - 1 - issued);
      news = true;
    }
    burstEnd[burstCount++ % outstanding] = firstWrite + beats - 1;
    latestBurst = nextBurst;
    issued = end;
    if (issued == fields.beats()) {
      jobEnd[jobCount++ % outstanding] = firstWrite + beats - 1;
      job = null;
      nextBurst = UnitTimes.UNKNOWN;
      return true;
    }
    schedule(latestBurst);
    return news;
  }
}
