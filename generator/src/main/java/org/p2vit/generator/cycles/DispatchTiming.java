package org.p2vit.generator.cycles;

import java.util.List;
import org.p2vit.rtl.Architecture;
import org.p2vit.rtl.Chunk;
import org.p2vit.rtl.JobFetch;
import org.p2vit.rtl.job.JobFormat;

/**
 * {@code JobFetch} and {@code Dispatcher}: blocks of jobs are read ahead, two at most, and jobs go
 * in program order to their chunk's queue, each when there is room, or to the chunk itself if there
 * are no queues.
 */
final class DispatchTiming implements ReadChannel.Reader {
  private static final int BLOCK_JOBS = JobFetch.BlockJobs();

  /** From asking for a block to its first burst: the splitter. */
  private static final int ASK_TO_BURST = 1;

  /** From a beat, or a job, in one register to the next. */
  private static final int STEP = 1;

  private final TimedJob[] program;
  private final UnitTimes[] units;
  private final ReadChannel channel;
  private final BurstLength bursts;
  private final int jobBeats;
  private final int queueJobs;

  /** Of each chunk: the jobs in its queue's order, and how many have been dispatched. */
  private final TimedJob[][] queues;

  private final int[] dispatched = new int[Chunk.values().length];

  /** Cycle of the last beat of each job on the port. */
  private final long[] arrived;

  private int next;
  private long latest = -1;

  /** Until its chunk takes this job, there is no room for the next; null if it is not known. */
  private TimedJob awaited;

  /** The last beat of the job to dispatch next has been taken from the queue of beats. */
  private long assembled = UnitTimes.UNKNOWN;

  /** Blocks that have come, and beats of the next that have. */
  private int blocks;

  private int cameOfBlock;
  private int issuedOfBlock;
  private long nextBurst;

  /** By block: its last beat was taken from the queue of beats. */
  private final long[] drained;

  private long lastArrival = -1;
  private long ended = UnitTimes.UNKNOWN;

  DispatchTiming(
      TimedJob[] program,
      List<List<TimedJob>> byChunk,
      UnitTimes[] units,
      Architecture arch,
      ReadChannel channel) {
    this.program = program;
    this.units = units;
    this.channel = channel;
    bursts = new BurstLength(arch.axi());
    jobBeats = JobFormat.BYTES / arch.axi().bytes();
    queueJobs = arch.jobQueue();
    queues = byChunk.stream().map(l -> l.toArray(TimedJob[]::new)).toArray(TimedJob[][]::new);
    arrived = new long[program.length];
    drained = new long[(program.length + BLOCK_JOBS - 1) / BLOCK_JOBS];
    nextBurst = ASK_TO_BURST;
  }

  /** Dispatches as far as possible; returns whether anything new is known. */
  boolean advance() {
    if (awaited != null && awaited.taken == UnitTimes.UNKNOWN) {
      return false;
    }
    awaited = null;
    boolean moved = false;
    while (next < program.length && next < fetchedJobs()) {
      if (assembled == UnitTimes.UNKNOWN) {
        assemble();
        moved = true;
      }
      TimedJob job = program[next];
      int chunk = job.chunk;
      if (chunk == TimedJob.NO_CHUNK) {
        return end(job) || moved;
      }
      long cycle = assembled + STEP;
      int before = dispatched[chunk] - queueJobs;
      if (queueJobs == 0) {
        moved |= job.queued == UnitTimes.UNKNOWN;
        job.queued = cycle;
        if (job.taken == UnitTimes.UNKNOWN) {
          awaited = job;
          return moved;
        }
        cycle = job.taken;
      } else if (before >= 0) {
        long room = queues[chunk][before].taken;
        if (room == UnitTimes.UNKNOWN) {
          awaited = queues[chunk][before];
          return moved;
        }
        cycle = Math.max(cycle, room + 1);
      }
      dispatched[chunk]++;
      if (queueJobs > 0) {
        job.queued = cycle + STEP;
      }
      latest = cycle;
      assembled = UnitTimes.UNKNOWN;
      next++;
      moved = true;
    }
    return moved;
  }

  private int fetchedJobs() {
    return blocks * BLOCK_JOBS;
  }

  private void assemble() {
    long first = Math.max(latest, 0) + STEP;
    assembled = Math.max(first + jobBeats - 1, arrived[next] + STEP);
    if (next % BLOCK_JOBS == BLOCK_JOBS - 1) {
      drained[next / BLOCK_JOBS] = assembled;
      ask();
    }
  }

  private boolean end(TimedJob job) {
    long holds = job.waitsHold(units, 0, 0);
    if (ended != UnitTimes.UNKNOWN || holds == UnitTimes.UNKNOWN) {
      return false;
    }
    ended = Math.max(holds, assembled + STEP);
    return true;
  }

  /** Cycle of the fetch's next burst, or UNKNOWN. */
  long nextBurst() {
    return nextBurst;
  }

  /** The next burst goes out. */
  void issue() {
    int blockBeats = BLOCK_JOBS * jobBeats;
    long address =
        (long) blocks * BLOCK_JOBS * JobFormat.BYTES + (long) issuedOfBlock * bursts.beatBytes();
    int beats = bursts.of(address, blockBeats - issuedOfBlock);
    channel.burst(this, nextBurst, beats);
    issuedOfBlock += beats;
    nextBurst = issuedOfBlock < blockBeats ? nextBurst + STEP : UnitTimes.UNKNOWN;
  }

  @Override
  public int take(long first, int beats) {
    for (int i = 0; i < BLOCK_JOBS; i++) {
      int lastBeat = (i + 1) * jobBeats - 1;
      int index = blocks * BLOCK_JOBS + i;
      if (index < program.length && lastBeat >= cameOfBlock && lastBeat < cameOfBlock + beats) {
        arrived[index] = first + lastBeat - cameOfBlock;
      }
    }
    lastArrival = first + beats - 1;
    cameOfBlock += beats;
    if (cameOfBlock == BLOCK_JOBS * jobBeats) {
      cameOfBlock = 0;
      issuedOfBlock = 0;
      blocks++;
      ask();
    }
    return beats;
  }

  @Override
  public long accepted() {
    return lastArrival;
  }

  /** Asks for the next block when the latest has come and the one before it has been drained. */
  private void ask() {
    if (nextBurst != UnitTimes.UNKNOWN || issuedOfBlock > 0 || blocks == drained.length) {
      return;
    }
    long room = blocks < 2 ? 0 : drained[blocks - 2];
    if (blocks >= 2 && room == 0) {
      return;
    }
    nextBurst = Math.max(lastArrival, room) + 1 + ASK_TO_BURST;
  }

  /** Cycle in which the end of the program is reported, or UNKNOWN. */
  long ended() {
    return ended;
  }
}
