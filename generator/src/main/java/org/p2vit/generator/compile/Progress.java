package org.p2vit.generator.compile;

import java.util.Arrays;
import org.p2vit.rtl.Chunk;

/**
 * Of one chunk: what is complete when each of its units is. Units follow each other in runs, in
 * which each number stays, or grows by one a unit.
 */
final class Progress {
  private static final int CHUNKS = Chunk.values().length;

  /** End of each run, in units. */
  private int[] ends = new int[64];

  /** {@link #CHUNKS} numbers a run: of its first unit, and by how much they grow. */
  private int[] first = new int[64 * CHUNKS];

  private int[] growth = new int[64 * CHUNKS];
  private int runs;

  /** Units so far. */
  int units() {
    return runs == 0 ? 0 : ends[runs - 1];
  }

  /** A unit more; all that is known when it starts, the chunk itself aside. */
  void add(Requirement start) {
    if (runs > 0 && continues(start)) {
      ends[runs - 1]++;
      return;
    }
    if (runs == ends.length) {
      ends = Arrays.copyOf(ends, 2 * runs);
      first = Arrays.copyOf(first, 2 * runs * CHUNKS);
      growth = Arrays.copyOf(growth, 2 * runs * CHUNKS);
    }
    ends[runs] = units() + 1;
    for (int c = 0; c < CHUNKS; c++) {
      first[runs * CHUNKS + c] = start.get(c);
      growth[runs * CHUNKS + c] = 0;
    }
    runs++;
  }

  /** Whether the last run goes on so; the second unit of a run says how it grows. */
  private boolean continues(Requirement start) {
    int run = runs - 1;
    int length = length(run);
    for (int c = 0; c < CHUNKS; c++) {
      int grown = start.get(c) - first[run * CHUNKS + c];
      boolean fits =
          length == 1 ? grown == 0 || grown == 1 : grown == length * growth[run * CHUNKS + c];
      if (!fits) {
        return false;
      }
    }
    if (length == 1) {
      for (int c = 0; c < CHUNKS; c++) {
        growth[run * CHUNKS + c] = start.get(c) - first[run * CHUNKS + c];
      }
    }
    return true;
  }

  private int length(int run) {
    return ends[run] - (run == 0 ? 0 : ends[run - 1]);
  }

  /** The last run goes on for so many units. */
  void extend(int units) {
    ends[runs - 1] += units;
  }

  /** How the numbers of the last run grow, or null if it has one unit only. */
  int[] growth() {
    return length(runs - 1) == 1
        ? null
        : Arrays.copyOfRange(growth, (runs - 1) * CHUNKS, runs * CHUNKS);
  }

  /** To come back to, with {@link #units}. */
  int runs() {
    return runs;
  }

  void reset(int toRuns, int toUnits) {
    runs = toRuns;
    ends[runs - 1] = toUnits;
  }

  /** Units that follow these, and the last of which, are in one run with them. */
  int followers(int units) {
    return ends[run(units)] - units;
  }

  /** Whether these are in the last run. */
  boolean isLatest(int units) {
    return run(units) == runs - 1;
  }

  /**
   * Of some units that follow each other: those of another chunk that are complete when each is.
   */
  int[] implied(int firstUnits, int count, int chunk) {
    int[] result = new int[count];
    int run = run(firstUnits);
    for (int i = 0; i < count; i++) {
      if (firstUnits + i > ends[run]) {
        run++;
      }
      result[i] = value(run, firstUnits + i, chunk);
    }
    return result;
  }

  /** Units of another chunk that are complete when this one has completed {@code units}. */
  int implied(int units, int chunk) {
    return value(run(units), units, chunk);
  }

  /** Adds to {@code to} what is complete when {@code units} are, themselves not included. */
  void learn(int units, Requirement to) {
    int run = run(units);
    for (int c = 0; c < CHUNKS; c++) {
      to.atLeast(c, value(run, units, c));
    }
  }

  private int value(int run, int units, int chunk) {
    int index = units - 1 - (ends[run] - length(run));
    return first[run * CHUNKS + chunk] + index * growth[run * CHUNKS + chunk];
  }

  /** Most asked for are among the latest. */
  private int run(int units) {
    int run = runs - 1;
    int near = Math.max(0, runs - 4);
    while (run > near && ends[run - 1] >= units) {
      run--;
    }
    if (run > 0 && ends[run - 1] >= units) {
      int at = Arrays.binarySearch(ends, 0, runs, units);
      return at < 0 ? -at - 1 : at;
    }
    return run;
  }
}
