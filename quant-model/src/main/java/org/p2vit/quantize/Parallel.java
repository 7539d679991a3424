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
}
