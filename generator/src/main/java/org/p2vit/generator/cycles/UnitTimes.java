package org.p2vit.generator.cycles;

import java.util.Arrays;

/** The progress counter of a chunk over time: the cycle in which each unit was completed. */
final class UnitTimes {
  /** Later than everything: not computed yet. */
  static final long UNKNOWN = Long.MAX_VALUE;

  private long[] done = new long[256];
  private int count;

  int count() {
    return count;
  }

  /**
   * The next unit is complete.
   *
   * @param cycle of the chunk's {@code done}
   */
  void complete(long cycle) {
    if (count == done.length) {
      done = Arrays.copyOf(done, 2 * count);
    }
    done[count++] = cycle;
  }

  /** Cycle of {@code done} of a unit. */
  long cycle(int unit) {
    return done[unit];
  }

  /** First cycle in which the counter shows at least {@code units}. */
  long shows(int units) {
    if (units <= 0) {
      return 0;
    }
    return units <= count ? done[units - 1] + 1 : UNKNOWN;
  }
}
