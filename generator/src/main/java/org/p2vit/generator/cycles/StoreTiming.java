package org.p2vit.generator.cycles;

import java.util.List;
import org.p2vit.rtl.Architecture;
import org.p2vit.rtl.Chunk;
import org.p2vit.rtl.job.StoreJob;

/**
 * STORE: reads words, announces a burst when all of its beats are there, waits for the response.
 */
final class StoreTiming extends ChunkTiming {
  /** From taking the job to its first beat in the queue: request, word, queue of words. */
  private static final int TAKEN_TO_BEAT = 3;

  /** From the last beat of a burst in the queue to its announcement. */
  private static final int BEAT_TO_BURST = 1;

  /** From the announcement of a burst to its first beat on the port. */
  private static final int BURST_TO_WRITE = 2;

  private final BurstLength bursts;
  private final int slices;
  private final int latency;
  private long free;

  StoreTiming(UnitTimes[] units, List<TimedJob> jobs, Architecture arch, MemoryTiming memory) {
    super(units, Chunk.STORE.ordinal(), jobs);
    bursts = new BurstLength(arch.axi());
    slices = arch.requantLanes() * Architecture.RESIDUAL_CONTAINER_BITS / arch.axi().dataBits();
    latency = memory.latency();
  }

  @Override
  boolean advance() {
    TimedJob queued = queuedJob();
    if (queued == null) {
      return false;
    }
    long holds = waitsHold(queued, 0, 0);
    if (holds == UnitTimes.UNKNOWN) {
      return false;
    }
    take(queued, Math.max(free, Math.max(queued.queued, holds)));
    StoreJob job = (StoreJob) queued.job;
    long beats = (long) job.words() * slices;
    long sent = 0;
    long burst = -1;
    long write = -1;
    while (sent < beats) {
      long address = Integer.toUnsignedLong(job.address()) + sent * bursts.beatBytes();
      int length = bursts.of(address, beats - sent);
      sent += length;
      burst = Math.max(burst + 1, inQueue(queued.taken, sent - 1) + BEAT_TO_BURST);
      write = Math.max(burst + BURST_TO_WRITE, write + 1) + length - 1;
    }
    long done = write + latency;
    complete(queued, done);
    free = done + 1;
    return true;
  }

  /** Cycle in which a beat enters the queue. A word of a single beat: two of three cycles. */
  private long inQueue(long taken, long beat) {
    return taken + TAKEN_TO_BEAT + beat + (slices == 1 ? beat / 2 : 0);
  }
}
