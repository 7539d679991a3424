package org.p2vit.generator.cycles;

import java.util.function.LongSupplier;

/** The progress counter of a chunk over time: the cycle in which each unit was completed. */
final class UnitTimes {
  /** Later than everything: not computed yet. */
  static final long UNKNOWN = Long.MAX_VALUE;

  private final long[] done;
  private int count;
  private LongSupplier next = () -> 0;

  /**
   * @param units in all
   */
  UnitTimes(int units) {
    done = new long[units];
  }

  int count() {
    return count;
  }

  /** Who completes the units says before which cycle the next one is certainly not complete. */
  void nextNotBefore(LongSupplier bound) {
    next = bound;
  }

  /** No unit that is not known yet is complete before this cycle. */
  long nextNotBefore() {
    return next.getAsLong();
  }

  /**
   * The next unit is complete.
   *
   * @param cycle of the chunk's {@code done}
   */
  void complete(long cycle) {
    done[count++] = cycle;
  }

  /**
   * So many more units are complete.
   *
   * @param cycles from each to the next
   */
  void completeEvery(long cycles, int units) {
    for (int i = 0; i < units; i++) {
      complete(done[count - 1] + cycles);
    }
  }

  /** Whether all that are known from a unit on come so much later than the one before. */
  boolean comeEvery(long cycles, int from) {
    boolean regular = from > 0;
    for (int i = from; i < count && regular; i++) {
      regular = done[i] - done[i - 1] == cycles;
    }
    return regular;
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
