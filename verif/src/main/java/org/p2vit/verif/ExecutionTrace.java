package org.p2vit.verif;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;
import org.p2vit.model.InputException;
import org.p2vit.model.io.FileErrors;
import org.p2vit.rtl.Chunk;
import org.p2vit.rtl.StallCause;
import org.p2vit.rtl.job.Job;

/**
 * What each chunk did when in one run of the engine, as seen in RTL simulation. All cycles are
 * those of the register CYCLES: what happens in cycle {@code n} happens while it reads {@code n}.
 *
 * <p>In the file, which {@code execution_recorder.cpp} writes, all numbers are little endian. Three
 * 64-bit words, the cycles of a window, the cycles of the run and the number of events, are
 * followed by the events, 64 bits each: index in bits 3..0, kind in 7..4, cycle above. Then come
 * the windows, the last one shorter than the others: 16-bit counts, of each chunk's busy cycles by
 * {@link Chunk}, then of the array's idle cycles by {@link StallCause}.
 *
 * @param cycles of the run
 * @param taken by chunk, the cycle in which each of its jobs was handed to it, in order
 * @param completed by chunk, the cycle of each of its units, in order: the progress counter shows
 *     the unit one cycle later
 * @param idle the stretches in which the array did not multiply, in order; two that touch differ in
 *     their cause
 * @param windowCycles cycles of a window
 * @param busy by chunk, the cycles in each window in which it was busy, as its {@code _BUSY}
 *     register counts them
 * @param stalls by cause, the cycles in each window, as its {@code STALL_} register counts them
 */
public record ExecutionTrace(
    long cycles,
    Map<Chunk, long[]> taken,
    Map<Chunk, long[]> completed,
    List<Idle> idle,
    int windowCycles,
    Map<Chunk, int[]> busy,
    Map<StallCause, int[]> stalls) {

  static final int EVENT_TAKEN = 0;
  static final int EVENT_DONE = 1;

  /** The state of the array changes, to {@link #ARRAY_BUSY} or to a stall cause's ordinal. */
  static final int EVENT_ARRAY = 2;

  static final int ARRAY_UNATTRIBUTED = 14;
  static final int ARRAY_BUSY = 15;

  /**
   * A stretch in which the array did not multiply.
   *
   * @param from first cycle
   * @param cycles how long
   * @param cause empty where no counter has one: an operand's memory served another, the first
   *     words of a tile were fetched, or the wait is for STORE
   */
  public record Idle(long from, long cycles, Optional<StallCause> cause) {

    /** The first cycle after it. */
    public long end() {
      return from + cycles;
    }
  }

  /**
   * When a job was executed.
   *
   * @param index in the program
   * @param job at that place
   * @param chunk that executed it
   * @param taken cycle in which the chunk took it
   * @param firstUnit cycle in which its first unit was complete
   * @param lastUnit cycle in which its last unit was complete
   */
  public record JobTimes(
      int index, Job job, Chunk chunk, long taken, long firstUnit, long lastUnit) {}

  /**
   * @throws InputException if the file cannot be read
   */
  public static ExecutionTrace read(Path file) {
    try {
      return decode(ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN));
    } catch (IOException e) {
      throw FileErrors.cannot("read", file, e);
    }
  }

  private static ExecutionTrace decode(ByteBuffer in) {
    int windowCycles = Math.toIntExact(in.getLong());
    long cycles = in.getLong();
    int events = Math.toIntExact(in.getLong());
    Map<Chunk, LongStream.Builder> taken = builders();
    Map<Chunk, LongStream.Builder> completed = builders();
    List<Idle> idle = new ArrayList<>();
    long arraySince = 0;
    int array = ARRAY_UNATTRIBUTED;
    for (int i = 0; i < events; i++) {
      long event = in.getLong();
      long cycle = event >>> 8;
      int index = (int) event & 15;
      switch ((int) event >> 4 & 15) {
        case EVENT_TAKEN -> taken.get(Chunk.values()[index]).add(cycle);
        case EVENT_DONE -> completed.get(Chunk.values()[index]).add(cycle);
        case EVENT_ARRAY -> {
          addIdle(idle, arraySince, cycle, array);
          arraySince = cycle;
          array = index;
        }
        default -> throw new IllegalStateException("event " + Long.toHexString(event));
      }
    }
    addIdle(idle, arraySince, cycles, array);
    int windows = Math.toIntExact((cycles + windowCycles - 1) / windowCycles);
    Map<Chunk, int[]> busy = counts(Chunk.class, windows);
    Map<StallCause, int[]> stalls = counts(StallCause.class, windows);
    for (int w = 0; w < windows; w++) {
      int window = w;
      busy.values().forEach(count -> count[window] = Short.toUnsignedInt(in.getShort()));
      stalls.values().forEach(count -> count[window] = Short.toUnsignedInt(in.getShort()));
    }
    return new ExecutionTrace(
        cycles, built(taken), built(completed), List.copyOf(idle), windowCycles, busy, stalls);
  }

  private static void addIdle(List<Idle> idle, long from, long to, int state) {
    if (to > from && state != ARRAY_BUSY) {
      Optional<StallCause> cause =
          state == ARRAY_UNATTRIBUTED ? Optional.empty() : Optional.of(StallCause.values()[state]);
      idle.add(new Idle(from, to - from, cause));
    }
  }

  private static Map<Chunk, LongStream.Builder> builders() {
    Map<Chunk, LongStream.Builder> map = new EnumMap<>(Chunk.class);
    for (Chunk chunk : Chunk.values()) {
      map.put(chunk, LongStream.builder());
    }
    return map;
  }

  private static Map<Chunk, long[]> built(Map<Chunk, LongStream.Builder> builders) {
    Map<Chunk, long[]> map = new EnumMap<>(Chunk.class);
    builders.forEach((chunk, builder) -> map.put(chunk, builder.build().toArray()));
    return map;
  }

  private static <K extends Enum<K>> Map<K, int[]> counts(Class<K> keys, int windows) {
    Map<K, int[]> map = new EnumMap<>(keys);
    for (K key : keys.getEnumConstants()) {
      map.put(key, new int[windows]);
    }
    return map;
  }

  /**
   * When the jobs of the program that ran were executed, in program order; EndJob is left out.
   *
   * @throws IllegalArgumentException if the chunks took other numbers of jobs or completed other
   *     numbers of units: another program ran, or it did not run to its end
   */
  public List<JobTimes> jobs(List<? extends Job> program) {
    Map<Chunk, Integer> jobs = new EnumMap<>(Chunk.class);
    Map<Chunk, Integer> units = new EnumMap<>(Chunk.class);
    for (Job job : program) {
      job.chunk().ifPresent(c -> jobs.merge(c, 1, Integer::sum));
      job.chunk().ifPresent(c -> units.merge(c, job.units(), Integer::sum));
    }
    for (Chunk c : Chunk.values()) {
      check(c, "took", "jobs", taken.get(c).length, jobs.getOrDefault(c, 0));
      check(c, "completed", "units", completed.get(c).length, units.getOrDefault(c, 0));
    }
    jobs.clear();
    units.clear();
    List<JobTimes> times = new ArrayList<>();
    for (int i = 0; i < program.size(); i++) {
      Job job = program.get(i);
      if (job.chunk().isEmpty()) {
        continue;
      }
      Chunk c = job.chunk().get();
      int unitsBefore = units.getOrDefault(c, 0);
      long[] done = completed.get(c);
      times.add(
          new JobTimes(
              i,
              job,
              c,
              taken.get(c)[jobs.merge(c, 1, Integer::sum) - 1],
              done[unitsBefore],
              done[units.merge(c, job.units(), Integer::sum) - 1]));
    }
    return times;
  }

  private static void check(Chunk chunk, String did, String what, int found, int expected) {
    if (found != expected) {
      throw new IllegalArgumentException(
          "%s %s %d %s, the program has %d".formatted(chunk, did, found, what, expected));
    }
  }

  /** Busy cycles of a chunk over the whole run. */
  public long busyCycles(Chunk chunk) {
    return Arrays.stream(busy.get(chunk)).asLongStream().sum();
  }

  /** Idle cycles of the array over the whole run that have this cause. */
  public long stallCycles(StallCause cause) {
    return Arrays.stream(stalls.get(cause)).asLongStream().sum();
  }
}
