package org.p2vit.generator.timeline;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.p2vit.rtl.Chunk;
import org.p2vit.rtl.StallCause;
import org.p2vit.verif.ExecutionTrace;
import org.p2vit.verif.ExecutionTrace.Idle;

/**
 * How many cycles of any range chunks were busy and the array idle. Exact for the array; for other
 * chunks, windows of the trace that a range cuts count in proportion.
 */
final class Activity {
  private final ExecutionTrace trace;
  private final Map<Chunk, long[]> busyBefore = new EnumMap<>(Chunk.class);
  private final Map<Optional<StallCause>, Stretches> idle = new HashMap<>();
  private final Stretches allIdle;

  Activity(ExecutionTrace trace) {
    this.trace = trace;
    trace.busy().forEach((chunk, windows) -> busyBefore.put(chunk, sums(windows)));
    Map<Optional<StallCause>, List<Idle>> byCause = new HashMap<>();
    for (Idle i : trace.idle()) {
      byCause.computeIfAbsent(i.cause(), c -> new ArrayList<>()).add(i);
    }
    byCause.forEach((cause, stretches) -> idle.put(cause, new Stretches(stretches)));
    allIdle = new Stretches(trace.idle());
  }

  private static long[] sums(int[] windows) {
    long[] sums = new long[windows.length + 1];
    for (int i = 0; i < windows.length; i++) {
      sums[i + 1] = sums[i] + windows[i];
    }
    return sums;
  }

  /** Cycles in {@code from .. to-1} in which the chunk was busy. */
  double busy(Chunk chunk, long from, long to) {
    return chunk == Chunk.MATMUL
        ? to - from - idle(from, to)
        : busyUntil(chunk, to) - busyUntil(chunk, from);
  }

  private double busyUntil(Chunk chunk, long cycle) {
    int w = trace.windowCycles();
    long[] before = busyBefore.get(chunk);
    int window = (int) Math.min(cycle / w, before.length - 2);
    long inWindow = before[window + 1] - before[window];
    long start = (long) window * w;
    long length = Math.min(w, trace.cycles() - start);
    return before[window] + inWindow * (double) (cycle - start) / length;
  }

  /** Cycles in {@code from .. to-1} in which the array did not multiply. */
  long idle(long from, long to) {
    return allIdle.until(to) - allIdle.until(from);
  }

  /** Those of one cause; empty: of none. */
  long idle(Optional<StallCause> cause, long from, long to) {
    Stretches stretches = idle.get(cause);
    return stretches == null ? 0 : stretches.until(to) - stretches.until(from);
  }

  /** Cycles in stretches, summed up. */
  private static final class Stretches {
    private final long[] from;
    private final long[] before;

    /**
     * @param stretches in order, without overlap
     */
    Stretches(List<Idle> stretches) {
      from = stretches.stream().mapToLong(Idle::from).toArray();
      before = new long[from.length + 1];
      for (int i = 0; i < from.length; i++) {
        before[i + 1] = before[i] + stretches.get(i).cycles();
      }
    }

    /** Cycles before {@code cycle}. */
    long until(long cycle) {
      int found = Arrays.binarySearch(from, cycle);
      int last = found >= 0 ? found : -found - 2;
      return last < 0 ? 0 : Math.min(before[last] + cycle - from[last], before[last + 1]);
    }
  }
}
