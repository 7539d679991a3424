package org.p2vit.quantize;

import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/** Work on all cores whose result does not depend on how many there are. */
final class Parallel {
  private Parallel() {}

  /** Calls {@code body} for {@code 0 .. count-1}, in no order; each writes to its own place. */
  static void each(int count, IntConsumer body) {
    IntStream.range(0, count).parallel().forEach(body);
  }

  /** Some of the numbers from 0. */
  @FunctionalInterface
  interface Range {
    /**
     * @param from first
     * @param to after the last
     */
    void accept(int from, int to);
  }

  /** Calls {@code body} for even parts of {@code 0 .. count-1}, of {@code most} at most. */
  static void ranges(int count, int most, Range body) {
    int parts = (count + most - 1) / most;
    each(parts, p -> body.accept(count * p / parts, count * (p + 1) / parts));
  }
}
