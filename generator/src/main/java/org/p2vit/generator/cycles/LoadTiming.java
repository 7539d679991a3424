package org.p2vit.generator.cycles;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.p2vit.rtl.Architecture;
import org.p2vit.rtl.Chunk;
import org.p2vit.rtl.job.LoadJob;

/**
 * LOAD: bursts of a job go out as soon as its waits hold, at most {@code axi.outstanding} at a
 * time; their beats are written as they come, when nobody else uses the port.
 */
final class LoadTiming extends ChunkTiming implements ReadChannel.Reader {
  /** From taking a job, or a burst, to the next burst. */
  private static final int TO_NEXT_BURST = 1;

  /** From a beat on the port to its write: the queue of beats. */
  private static final int BEAT_TO_WRITE = 1;

  private static final long NEVER = -1L << 40;

  private final ReadChannel channel;
  private final BurstLength bursts;
  private final int outstanding;

  /** By destination. */
  private final Port[] ports;

  /** Rings: cycles of the last write of the latest bursts and jobs. */
  private final long[] burstEnd;

  private final long[] jobEnd;
  private int burstCount;
  private int jobCount;

  /** Bursts and jobs of which all beats have been written. */
  private int burstsWritten;

  private int jobsWritten;

  /** The jobs whose beats come next. */
  private final Deque<TimedJob> coming = new ArrayDeque<>();

  /** Beats of the first of them that have come, and those of the unit that comes. */
  private long came;

  private long cameOfUnit;

  private long accepted;

  /** The latest write, and the one before. */
  private long latestWrite = NEVER;

  private long writeBefore = NEVER;

  /** The job whose bursts go out. */
  private TimedJob job;

  private LoadJob fields;
  private long issued;
  private long latestBurst = -1;
  private long nextBurst = UnitTimes.UNKNOWN;

  LoadTiming(
      UnitTimes[] units, List<TimedJob> jobs, Architecture arch, ReadChannel channel, Ports ports) {
    super(units, Chunk.LOAD.ordinal(), jobs);
    this.channel = channel;
    this.ports = ports.loadWrites();
    bursts = new BurstLength(arch.axi());
    outstanding = arch.axi().outstanding();
    burstEnd = new long[outstanding];
    jobEnd = new long[outstanding];
  }

  /** Takes the next job if that is possible. Bursts are issued by {@link #issue}. */
  @Override
  boolean advance() {
    if (job != null) {
      return retry();
    }
    TimedJob queued = queuedJob();
    if (queued == null) {
      return false;
    }
    long holds = waitsHold(queued, 0, 0);
    if (holds == UnitTimes.UNKNOWN) {
      return false;
    }
    // The splitter is free with the last burst of the job before.
    long cycle = Math.max(Math.max(queued.queued, holds), latestBurst);
    if (jobCount >= outstanding) {
      if (jobsWritten <= jobCount - outstanding) {
        return false;
      }
      cycle = Math.max(cycle, jobEnd[jobCount % outstanding] + 1);
    }
    job = queued;
    fields = (LoadJob) queued.job;
    issued = 0;
    take(queued, cycle);
    coming.add(queued);
    jobCount++;
    latestBurst = cycle;
    schedule(cycle);
    return true;
  }

  /** Finds when the next burst goes out, if that was not known; returns whether it is now. */
  boolean retry() {
    return nextBurst == UnitTimes.UNKNOWN && job != null && schedule(latestBurst);
  }

  /**
   * Units and jobs that have come and gone; as long as they do not change, others learn nothing.
   */
  int known() {
    return units[Chunk.LOAD.ordinal()].count() + jobsWritten + (job == null ? 0 : 1);
  }

  /** The next burst goes out after this cycle; returns whether it is known when. */
  private boolean schedule(long after) {
    if (burstsWritten <= burstCount - outstanding) {
      nextBurst = UnitTimes.UNKNOWN;
      return false;
    }
    nextBurst = after + TO_NEXT_BURST;
    if (burstCount >= outstanding) {
      nextBurst = Math.max(nextBurst, burstEnd[burstCount % outstanding] + 1);
    }
    return true;
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

  /** The next burst goes out. */
  void issue() {
    int beats = bursts.of(address(), fields.beats() - issued);
    channel.burst(this, nextBurst, beats);
    burstCount++;
    latestBurst = nextBurst;
    issued += beats;
    if (issued == fields.beats()) {
      job = null;
      nextBurst = UnitTimes.UNKNOWN;
    } else {
      schedule(latestBurst);
    }
  }

  /**
   * Skips bursts that do what the ones before did, each at the end of another. To be called when
   * one has gone out.
   *
   * @param end when something else happens
   */
  void skip(long end) {
    int beats = bursts.longest();
    // Each goes out when one has been written, while the next one comes.
    if (nextBurst != latestWrite + 1 || latestBurst != latestWrite + 1 - beats) {
      return;
    }
    LoadJob load = (LoadJob) coming.element().job;
    long first = latestWrite + 1;
    long used = ports[load.destination().ordinal()].usedFrom(first);
    long left = load.unitBeats() - cameOfUnit;
    long most = Math.min(Math.min(left, fields.beats() - issued), Math.min(end, used) - first);
    long count = (most - 1) / beats;
    if (count < 1
        || bursts.of(address(), beats) < beats
        || !channel.streams(this, beats, latestWrite - BEAT_TO_WRITE)) {
      return;
    }
    long cycles = count * beats;
    channel.skip(cycles);
    burstCount += (int) count;
    burstsWritten += (int) count;
    came += cycles;
    cameOfUnit += cycles;
    issued += cycles;
    accepted += cycles;
    latestWrite += cycles;
    writeBefore = latestWrite - 1;
    latestBurst += cycles;
    nextBurst += cycles;
    for (int i = 0; i < outstanding; i++) {
      burstEnd[(burstsWritten - 1 - i) % outstanding] = latestWrite - (long) i * beats;
    }
  }

  private long address() {
    return Integer.toUnsignedLong(fields.address()) + issued * bursts.beatBytes();
  }

  /** Takes the beats up to the end of a unit: others may go on with it before the next beat. */
  @Override
  public int take(long first, int beats) {
    TimedJob of = coming.peek();
    LoadJob load = (LoadJob) of.job;
    int count = (int) Math.min(beats, load.unitBeats() - cameOfUnit);
    write(ports[load.destination().ordinal()], first, count);
    came += count;
    cameOfUnit += count;
    if (cameOfUnit == load.unitBeats()) {
      cameOfUnit = 0;
      complete(of, latestWrite);
    }
    if (count == beats) {
      burstEnd[burstsWritten++ % outstanding] = latestWrite;
    }
    if (came == load.beats()) {
      jobEnd[jobsWritten++ % outstanding] = latestWrite;
      coming.remove();
      came = 0;
    }
    return count;
  }

  /** Beats wait in a queue of two for the port; then they wait in the memory. */
  private void write(Port port, long first, int count) {
    long write = first + BEAT_TO_WRITE;
    if (write > latestWrite && port.free(write, write + count - 1)) {
      accepted = first + count - 1;
      writeBefore = count > 1 ? accepted : latestWrite;
      latestWrite = accepted + BEAT_TO_WRITE;
      return;
    }
    accepted = first - 1;
    int left = count;
    while (left > 0) {
      accepted = Math.max(accepted, writeBefore) + 1;
      writeBefore = latestWrite;
      latestWrite = port.free(Math.max(accepted + BEAT_TO_WRITE, latestWrite + 1));
      left--;
      if (left > 0 && latestWrite == accepted + BEAT_TO_WRITE) {
        // None waits: so it goes on until somebody needs the port.
        long next = latestWrite + 1;
        int flowing = (int) Math.min(left, port.usedFrom(next) - next);
        if (flowing > 0) {
          accepted += flowing;
          latestWrite += flowing;
          writeBefore = latestWrite - 1;
          left -= flowing;
        }
      }
    }
  }

  @Override
  public long accepted() {
    return accepted;
  }
}
