package org.p2vit.verif.chunk;

import java.math.BigInteger;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.ToIntFunction;
import org.p2vit.numerics.Tables;
import org.p2vit.rtl.Architecture;
import org.p2vit.rtl.Chunk;
import org.p2vit.rtl.job.Job;
import org.p2vit.rtl.job.LoadJob;
import org.p2vit.rtl.job.MatMulJob;
import org.p2vit.rtl.job.StoreJob;
import org.p2vit.rtl.job.Wait;
import org.p2vit.verif.emulator.BufferId;
import org.p2vit.verif.emulator.Dram;
import org.p2vit.verif.emulator.JobEmulator;
import org.p2vit.verif.emulator.Memories;
import org.p2vit.verif.emulator.Observer;
import org.p2vit.verif.emulator.Place;

/**
 * Holds what a chunk did against what the emulator does for the same jobs: every byte written, in
 * order for each address; every result beat; nothing read or written before the job's waits allow
 * it; each unit reported done, and not before its last write.
 */
final class ChunkCheck implements Observer {
  private record Written(Place place, int column, byte value) {}

  private record Beat(Place place, int column, short[] elements) {}

  /** Words that one step reads through one port. */
  private record Reads(Place place, Set<Integer> words) {}

  /** The bench goes on for longer than this behind the last unit. */
  private static final int QUIET_CYCLES = 150;

  private final Architecture arch;
  private final Chunk chunk;
  private final ToIntFunction<String> portBits;
  private final List<Job> jobs;
  private final int[] progress;
  private final int[] unitsBefore;
  private final Map<BufferId, Map<Integer, Deque<Written>>> writes = new HashMap<>();
  private final Map<BufferId, List<Reads>> reads = new HashMap<>();
  private final Map<BufferId, Integer> readAt = new HashMap<>();
  private final Deque<Beat> beats = new ArrayDeque<>();
  private final int[] bytesLeft;
  private int unitsDone;

  ChunkCheck(
      Architecture arch,
      Chunk chunk,
      ToIntFunction<String> portBits,
      BenchStimulus stimulus,
      Memories memories,
      Dram dram) {
    this.arch = arch;
    this.chunk = chunk;
    this.portBits = portBits;
    this.jobs = stimulus.jobs();
    this.progress = stimulus.progress().start().clone();
    unitsBefore = new int[jobs.size() + 1];
    for (int i = 0; i < jobs.size(); i++) {
      unitsBefore[i + 1] = unitsBefore[i] + jobs.get(i).units();
    }
    bytesLeft = new int[unitsBefore[jobs.size()]];
    for (int i = 0; i < jobs.size(); i++) {
      JobEmulator.observe(arch, i, jobs.get(i), memories, dram, this);
    }
  }

  @Override
  public void tap(Place place, int column, short[] elements) {
    beats.add(new Beat(place, column, elements));
  }

  @Override
  public void read(Place place, BufferId buffer, int word) {
    List<Reads> steps = reads.computeIfAbsent(buffer, b -> new ArrayList<>());
    if (steps.isEmpty() || !steps.get(steps.size() - 1).place().equals(place)) {
      steps.add(new Reads(place, new HashSet<>()));
    }
    steps.get(steps.size() - 1).words().add(word);
  }

  @Override
  public void write(Place place, int column, BufferId buffer, int offset, byte value) {
    writes
        .computeIfAbsent(buffer, b -> new HashMap<>())
        .computeIfAbsent(offset, o -> new ArrayDeque<>())
        .add(new Written(place, column, value));
    bytesLeft[unit(place)]++;
  }

  private int unit(Place place) {
    return unitsBefore[place.job()] + place.rowBlock();
  }

  /**
   * @throws AssertionError naming the first difference
   */
  void check(List<BenchEvent> events) {
    for (BenchEvent event : events) {
      if (event instanceof BenchEvent.Progress e) {
        progress[e.chunk()] = e.value();
      } else if (event instanceof BenchEvent.Read e) {
        check(e);
      } else if (event instanceof BenchEvent.Write e) {
        check(e);
      } else if (event instanceof BenchEvent.Tap e) {
        check(e);
      } else if (event instanceof BenchEvent.Done e) {
        check(e);
      } else if (event instanceof BenchEvent.End e) {
        check(e);
      }
    }
  }

  private void check(BenchEvent.Read e) {
    BufferId buffer = PortMap.read(chunk, e.port());
    List<Reads> steps = reads.getOrDefault(buffer, List.of());
    // Steps start in order and read until they are done, row blocks may overlap somewhat. So the
    // step that
    // the read belongs to is the first here that has the word, or a later one; and when a later one
    // has
    // started, the waits of the first hold as well.
    int latest = readAt.getOrDefault(buffer, 0);
    int step = Math.max(0, latest - overlap());
    while (step < steps.size()
        && !(unit(steps.get(step).place()) >= unitsDone
            && steps.get(step).words().contains(e.address()))) {
      step++;
    }
    String what = "reads word " + e.address() + " of " + buffer;
    if (step == steps.size()) {
      throw failure(e, what + ", which nothing needs that is not done");
    }
    readAt.put(buffer, Math.max(latest, step));
    checkWaits(e, steps.get(step).place(), what);
  }

  /** Row blocks by which a chunk may read ahead of reading a row block again. */
  private int overlap() {
    return switch (chunk) {
      case SOFTMAX -> 2;
      case LAYER_NORM -> 8;
      default -> 0;
    };
  }

  private void check(BenchEvent.Write e) {
    BufferId id = PortMap.write(e.port());
    int lanes = portBits.applyAsInt(e.port() + "_bits_mask");
    int laneBits = laneBits(id);
    int beat = portBits.applyAsInt(e.port() + "_bits_data") / laneBits;
    int laneBytes = (laneBits + 7) / 8;
    for (int lane = 0; lane < lanes; lane++) {
      if (e.mask().testBit(lane)) {
        BigInteger element = e.data().shiftRight(laneOfBeat(id, lane, beat) * laneBits);
        for (int i = 0; i < laneBytes; i++) {
          int mask = (1 << Math.min(8, laneBits - 8 * i)) - 1;
          int value = element.shiftRight(8 * i).intValue() & mask;
          int offset = (e.address() * lanes + lane) * laneBytes + i;
          checkByte(e, id, offset, lane, value, mask);
        }
      }
    }
  }

  /** Bits that one bit of the mask is for. */
  private int laneBits(BufferId id) {
    return switch (id) {
      case CODE -> Tables.CODE_BITS;
      case RESIDUAL -> Architecture.RESIDUAL_CONTAINER_BITS;
      case PARAMETER, NORM_PARAMETER -> arch.axi().dataBits();
      default -> 8;
    };
  }

  /** The lane of a beat of so many lanes that a lane of the word gets: beats are repeated. */
  private int laneOfBeat(BufferId id, int lane, int beat) {
    if (chunk == Chunk.LOAD) {
      return lane % beat;
    }
    int p = arch.requantColumns();
    return switch (id) {
      case ACTIVATION, WEIGHT -> lane / arch.depth() % arch.rows() * p + lane % p;
      case VALUE -> lane / arch.shifterColumns() % arch.rows() * p + lane % p;
      default -> lane;
    };
  }

  private void checkByte(
      BenchEvent.Write e, BufferId id, int offset, int lane, int found, int mask) {
    Deque<Written> queue = writes.getOrDefault(id, Map.of()).get(offset);
    String where = id + " word " + e.address() + ", lane " + lane;
    if (queue == null || queue.isEmpty()) {
      throw failure(e, "writes " + found + " to " + where + ", where no job (or none more) writes");
    }
    Written expected = queue.remove();
    checkWaits(e, expected.place(), "writes " + where);
    if ((expected.value() & mask) != found) {
      throw failure(
          e,
          expected.place()
              + ", column "
              + expected.column()
              + ": writes byte "
              + found
              + " to "
              + where
              + ", expected "
              + (expected.value() & mask)
              + "\n  "
              + jobs.get(expected.place().job()));
    }
    bytesLeft[unit(expected.place())]--;
  }

  private void check(BenchEvent.Tap e) {
    Beat expected = beats.poll();
    if (expected == null) {
      throw failure(e, "one result beat more than expected");
    }
    int width = portBits.applyAsInt("tap_bits") / expected.elements().length;
    int mask = (1 << width) - 1;
    for (int i = 0; i < expected.elements().length; i++) {
      int found = e.data().shiftRight(i * width).intValue() & mask;
      int p = arch.requantColumns();
      if (found != (expected.elements()[i] & mask)) {
        throw failure(
            e,
            expected.place()
                + ", row "
                + i / p
                + ", column "
                + (expected.column() + i % p)
                + ": tap shows "
                + found
                + ", expected "
                + (expected.elements()[i] & mask)
                + "\n  "
                + jobs.get(expected.place().job()));
      }
    }
  }

  private void check(BenchEvent.Done e) {
    if (unitsDone == bytesLeft.length) {
      throw failure(e, "reports more units done than the jobs have");
    }
    if (bytesLeft[unitsDone] != 0) {
      throw failure(
          e, "reports " + unit(unitsDone) + " done, " + bytesLeft[unitsDone] + " bytes early");
    }
    unitsDone++;
  }

  private void check(BenchEvent.End e) {
    for (int i = 0; i < bytesLeft.length; i++) {
      if (bytesLeft[i] != 0) {
        throw failure(
            e, (e.hang() ? "hangs; " : "") + unit(i) + " lacks " + bytesLeft[i] + " bytes");
      }
    }
    if (!beats.isEmpty()) {
      throw failure(e, "no tap for " + beats.size() + " beats, the first " + beats.peek().place());
    }
    if (e.hang() || unitsDone != bytesLeft.length) {
      throw failure(
          e, "only " + unitsDone + " of " + bytesLeft.length + " units were reported done");
    }
    checkBusy(e);
  }

  /** The performance counters' inputs. */
  private void checkBusy(BenchEvent.End e) {
    if (e.lastBusy() > e.cycle() - QUIET_CYCLES) {
      throw failure(e, "is busy in cycle " + e.lastBusy() + ", long after its last unit");
    }
    if (e.stallConflicts() > 0) {
      throw failure(e, e.stallConflicts() + " cycles are counted twice, busy or stalled");
    }
    long work = jobs.stream().mapToLong(this::busyCycles).sum();
    boolean counted = work > 0 ? e.busyCycles() == work : e.busyCycles() > 0;
    if (!counted) {
      throw failure(e, "was busy for " + e.busyCycles() + " cycles, expected " + work);
    }
  }

  /** Cycles that a job keeps its chunk busy, 0 if that is not defined. */
  private long busyCycles(Job job) {
    if (job instanceof MatMulJob j) {
      return (long) j.rowBlocks() * j.tiles() * j.depthWords();
    } else if (job instanceof LoadJob j) {
      return j.beats();
    } else if (job instanceof StoreJob j) {
      return (long) j.words() * arch.requantLanes() * 2 / arch.axi().bytes();
    }
    return 0;
  }

  private String unit(int unit) {
    int job = 0;
    while (unitsBefore[job + 1] <= unit) {
      job++;
    }
    return "job " + job + ", row block " + (unit - unitsBefore[job]);
  }

  private void checkWaits(BenchEvent e, Place place, String what) {
    shortOf(place)
        .ifPresent(
            why -> {
              throw failure(e, place + ": " + what + " while " + why);
            });
  }

  /** Which wait of a place does not hold, and by how much. */
  private Optional<String> shortOf(Place place) {
    for (Wait w : jobs.get(place.job()).waits()) {
      int need = w.base() + (w.perRow() ? place.rowBlock() : 0) + (w.perTile() ? place.tile() : 0);
      int ahead = (progress[w.chunk().ordinal()] - need) << 32 - Wait.COUNTER_BITS;
      if (w.enabled() && ahead < 0) {
        int units = -(ahead >> 32 - Wait.COUNTER_BITS);
        return Optional.of(w.chunk() + " is " + units + " units short of " + w);
      }
    }
    return Optional.empty();
  }

  private AssertionError failure(BenchEvent e, String what) {
    return new AssertionError(chunk + ", cycle " + e.cycle() + ": " + what);
  }
}
