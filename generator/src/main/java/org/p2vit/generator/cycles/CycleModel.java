package org.p2vit.generator.cycles;

import java.util.ArrayList;
import java.util.List;
import org.p2vit.rtl.Architecture;
import org.p2vit.rtl.Chunk;
import org.p2vit.rtl.job.Job;
import org.p2vit.rtl.job.MatMulJob;

/**
 * Predicts the cycles of a program from its jobs alone: a simulation whose steps are units of
 * progress (row blocks, tiles where they can wait, bursts), not cycles.
 *
 * <p>Each chunk computes the times of its units as soon as the times of all that they wait for are
 * known. Where the order of time matters, at the memory port and where a chunk goes on with other
 * work because something has not come yet, the earliest is done first, once nothing else is left.
 */
public final class CycleModel {
  /** From the end of the program being reported to the last cycle that is counted. */
  private static final int END_TO_TOTAL = 2;

  /** From a beat or unit to what another chunk does at a port because of it: more than this. */
  private static final int REACTION = 2;

  private final UnitTimes[] units = new UnitTimes[Chunk.values().length];
  private final TimedJob[] program;
  private final IdleCycles idle;
  private final ReadChannel channel;
  private final MatMulTiming matMul;
  private final SoftmaxTiming softmax;
  private final ShifterTiming shifter;
  private final SteadyRows steady;
  private final LayerNormTiming layerNorm;
  private final LoadTiming load;
  private final StoreTiming store;
  private final DispatchTiming dispatch;

  /**
   * @param steadyRows row blocks that are known at once if there are so many, see {@link
   *     SteadyRows}
   */
  CycleModel(List<Job> jobs, Architecture arch, MemoryTiming memory, int steadyRows) {
    program = new TimedJob[jobs.size()];
    List<List<TimedJob>> byChunk = new ArrayList<>();
    int[] count = new int[units.length];
    for (int i = 0; i < units.length; i++) {
      byChunk.add(new ArrayList<>());
    }
    for (int i = 0; i < program.length; i++) {
      TimedJob job = new TimedJob(jobs.get(i), i);
      program[i] = job;
      if (job.chunk != TimedJob.NO_CHUNK) {
        byChunk.get(job.chunk).add(job);
        count[job.chunk] += job.job.units();
      }
    }
    for (int i = 0; i < units.length; i++) {
      units[i] = new UnitTimes(count[i]);
    }
    idle = new IdleCycles(program.length);
    channel = new ReadChannel(memory);
    Ports ports = new Ports();
    matMul = new MatMulTiming(units, byChunk.get(Chunk.MATMUL.ordinal()), arch, idle, ports);
    softmax = new SoftmaxTiming(units, byChunk.get(Chunk.SOFTMAX.ordinal()), arch);
    shifter = new ShifterTiming(units, byChunk.get(Chunk.SHIFTER.ordinal()), arch, ports);
    layerNorm = new LayerNormTiming(units, byChunk.get(Chunk.LAYER_NORM.ordinal()), arch, ports);
    load = new LoadTiming(units, byChunk.get(Chunk.LOAD.ordinal()), arch, channel, ports);
    store = new StoreTiming(units, byChunk.get(Chunk.STORE.ordinal()), arch, memory);
    steady = new SteadyRows(units, matMul, softmax, shifter, idle, steadyRows);
    dispatch = new DispatchTiming(program, byChunk, units, arch, channel);
  }

  /**
   * @param jobs a program, END last
   * @throws IllegalStateException if the program cannot come to its end
   */
  public static CyclePrediction predict(List<Job> jobs, Architecture arch, MemoryTiming memory) {
    return new CycleModel(jobs, arch, memory, SteadyRows.WORTHWHILE).predict();
  }

  CyclePrediction predict() {
    while (dispatch.ended() == UnitTimes.UNKNOWN) {
      while (advance()) {}
      if (dispatch.ended() == UnitTimes.UNKNOWN) {
        inOrderOfTime();
      }
    }
    return prediction();
  }

  /** Row blocks of each chunk that were known at once. */
  int steadyRows() {
    return steady.rows();
  }

  private boolean advance() {
    boolean moved = dispatch.advance();
    while (advanceInStep()) {
      moved = true;
    }
    moved |= layerNorm.advance();
    moved |= load.advance();
    moved |= store.advance();
    return moved;
  }

  /** The chunks that go through a head row block by row block: they wait for each other. */
  private boolean advanceInStep() {
    boolean moved = matMul.advance();
    moved |= softmax.advance();
    // The SHIFTER waits for them, so that they all have come equally far.
    return moved
        || steady.advance()
        || shifter.advance()
        || shifter.workUnhindered(matMul.activationNotBefore());
  }

  /** What happens first of that which depends on nothing having happened before. */
  private void inOrderOfTime() {
    long decision = softmax.decision();
    long fetch = dispatch.nextBurst();
    long shifted = shifter.next();
    long normalized = layerNorm.next();
    long port = Math.min(channel.nextBeat(), load.nextBurst());
    long others = Math.min(Math.min(decision, fetch), port);
    if (others <= Math.min(shifted, normalized)) {
      if (others == UnitTimes.UNKNOWN) {
        throw new IllegalStateException("the program stops at " + stuck());
      } else if (decision == others) {
        softmax.decideNotOpen();
      } else if (fetch == others && channel.nextBeat() > others) {
        dispatch.issue();
        load.notBefore(fetch + 1);
      } else {
        transfer(Math.min(Math.min(decision, fetch), Math.min(shifted, normalized)));
      }
    } else if (shifted <= normalized) {
      shifter.work(reaction(Math.min(others, normalized)));
    } else {
      // The SHIFTER goes first. A beat makes MATMUL go on, and the others behind it.
      long known = Math.min(matMul.portsNotBefore(), shifter.notBefore());
      long loaded = Math.max(reaction(port), known);
      layerNorm.work(Math.min(Math.min(reaction(Math.min(decision, fetch)), loaded), shifted));
    }
  }

  /**
   * What happens first at the memory port; and what follows there, as long as it concerns nobody
   * else.
   *
   * @param end when something else happens
   */
  private void transfer(long end) {
    int known = load.known();
    long cycle;
    boolean ofLoad;
    do {
      ofLoad = true;
      if (channel.nextBeat() <= load.nextBurst()) {
        ofLoad = channel.feeds(load);
        channel.deliver();
        load.retry();
      } else {
        load.issue();
        load.skip(end);
      }
      cycle = Math.min(channel.nextBeat(), load.nextBurst());
    } while (ofLoad && cycle < end && load.known() == known);
  }

  /** Until when nothing at a port is because of what happens in this cycle. */
  private static long reaction(long cycle) {
    return cycle == UnitTimes.UNKNOWN ? cycle : cycle + REACTION;
  }

  private String stuck() {
    for (TimedJob job : program) {
      if (job.lastDone == UnitTimes.UNKNOWN) {
        return "job " + job.index + ", " + job.job;
      }
    }
    return "END";
  }

  private CyclePrediction prediction() {
    long total = dispatch.ended() + END_TO_TOTAL;
    matMul.end(total);
    long busy = 0;
    List<JobCycles> jobs = new ArrayList<>(program.length);
    for (TimedJob t : program) {
      if (t.job instanceof MatMulJob j) {
        busy += (long) j.rowBlocks() * j.tiles() * j.depthWords();
      }
      if (t.chunk != TimedJob.NO_CHUNK) {
        jobs.add(new JobCycles(t.taken, t.firstDone, t.lastDone));
      }
    }
    return new CyclePrediction(total, busy, List.copyOf(jobs), idle);
  }
}
