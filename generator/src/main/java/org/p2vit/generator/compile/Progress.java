package org.p2vit.generator.compile;

import java.util.Arrays;
import org.p2vit.rtl.Chunk;

/** Of one chunk: what is complete when each of its units is. */
final class Progress {
  private static final int CHUNKS = Chunk.values().length;

  /** Units of which the same can be said follow each other: the end of each such run. */
  private int[] ends = new int[64];

  /** {@link #CHUNKS} numbers a run: units of each chunk, but for the chunk itself. */
  private int[] known = new int[64 * CHUNKS];

  private int runs;

  /** Units so far. */
  int units() {
    return runs == 0 ? 0 : ends[runs - 1];
  }

  /** So many more units; all that is known when they start. */
  void add(int units, Requirement start) {
    if (runs > 0 && start.equals(known, (runs - 1) * CHUNKS)) {
      ends[runs - 1] += units;
      return;
    }
    if (runs == ends.length) {
      ends = Arrays.copyOf(ends, 2 * runs);
      known = Arrays.copyOf(known, 2 * runs * CHUNKS);
    }
    ends[runs] = units() + units;
    start.copyTo(known, runs * CHUNKS);
    runs++;
  }

  /** Units of another chunk that are complete when this one has completed {@code units}. */
  int implied(int units, int chunk) {
    return known[run(units) * CHUNKS + chunk];
  }

  /** Adds to {@code to} what is complete when {@code units} are, themselves not included. */
  void learn(int units, Requirement to) {
    to.join(known, run(units) * CHUNKS);
  }

  private int run(int units) {
    int at = Arrays.binarySearch(ends, 0, runs, units);
    return at < 0 ? -at - 1 : at;
  }
}
