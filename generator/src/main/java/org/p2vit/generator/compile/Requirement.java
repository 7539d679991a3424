package org.p2vit.generator.compile;

import java.util.Arrays;
import org.p2vit.rtl.Chunk;

/** Units of every chunk that must be complete; {@link #NONE} where nothing is needed. */
final class Requirement {
  /** No condition. */
  static final int NONE = Integer.MIN_VALUE;

  private final int[] count;

  Requirement() {
    count = new int[Chunk.values().length];
    Arrays.fill(count, NONE);
  }

  private Requirement(int[] count) {
    this.count = count;
  }

  int get(int chunk) {
    return count[chunk];
  }

  boolean has(int chunk) {
    return count[chunk] != NONE;
  }

  void atLeast(int chunk, int units) {
    if (units > count[chunk]) {
      count[chunk] = units;
    }
  }

  void drop(int chunk) {
    count[chunk] = NONE;
  }

  void join(Requirement other) {
    for (int i = 0; i < count.length; i++) {
      atLeast(i, other.count[i]);
    }
  }

  Requirement copy() {
    return new Requirement(count.clone());
  }
}
