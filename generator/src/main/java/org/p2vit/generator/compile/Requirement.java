package org.p2vit.generator.compile;

import java.util.Arrays;
import org.p2vit.rtl.Chunk;

/** Units of every chunk that must be complete; {@link #NONE} where nothing is needed. */
final class Requirement {
  /** No condition. */
  static final int NONE = Integer.MIN_VALUE;

  private final int[] count = new int[Chunk.values().length];

  Requirement() {
    Arrays.fill(count, NONE);
  }

  int get(int chunk) {
    return count[chunk];
  }

  boolean has(int chunk) {
    return count[chunk] != NONE;
  }

  void atLeast(int chunk, int units) {
    count[chunk] = Math.max(count[chunk], units);
  }

  void drop(int chunk) {
    count[chunk] = NONE;
  }

  void join(Requirement other) {
    for (int i = 0; i < count.length; i++) {
      count[i] = Math.max(count[i], other.count[i]);
    }
  }

  Requirement copy() {
    Requirement r = new Requirement();
    r.join(this);
    return r;
  }
}
