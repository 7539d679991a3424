package org.p2vit.generator.cycles;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * A pipeline that stands still as a whole while its end cannot hand on what it has. Its own cycles
 * are counted without those in which it stands still.
 */
final class Pipeline {

  /**
   * @param at own cycle before which it stands still
   */
  private record Stall(long at, long cycles) {}

  /** Of which it is not known whether what comes next is before or behind them. */
  private final Deque<Stall> ahead = new ArrayDeque<>();

  private long passed;
  private long total;

  /** Stands still before its own cycle {@code at}; to be called in the order of these. */
  void stall(long at, long cycles) {
    if (cycles > 0) {
      ahead.add(new Stall(at, cycles));
      total += cycles;
    }
  }

  /** Whether no stall lies ahead of the latest {@link #own}. */
  boolean isFlowing() {
    return ahead.isEmpty();
  }

  /** All cycles that it has stood still so far. */
  long stalled() {
    return total;
  }

  /** The first own cycle that is not before {@code cycle}; cycles must not go back. */
  long own(long cycle) {
    long result = cycle - passed;
    while (!ahead.isEmpty() && ahead.peek().at() <= result) {
      Stall stall = ahead.remove();
      passed += stall.cycles();
      result = Math.max(stall.at(), cycle - passed);
    }
    return result;
  }

  /** When an own cycle, not before the latest {@link #own}, is. */
  long cycle(long own) {
    long result = own + passed;
    if (!ahead.isEmpty()) {
      for (Stall stall : ahead) {
        if (stall.at() <= own) {
          result += stall.cycles();
        }
      }
    }
    return result;
  }
}
