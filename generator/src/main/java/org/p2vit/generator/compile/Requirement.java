package org.p2vit.generator.compile;

import java.util.Arrays;
import org.p2vit.rtl.Chunk;

/** Units of every chunk that must be complete; {@link #NONE} where nothing is needed. */
final class Requirement {
  /** No condition. */
  static final int NONE = Integer.MIN_VALUE;

  private static final int CHUNKS = Chunk.values().length;

  private final int[] count;

  Requirement() {
    count = new int[CHUNKS];
    clear();
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

  boolean isNone() {
    for (int c : count) {
      if (c != NONE) {
        return false;
      }
    }
    return true;
  }

  /** Adds to each number that of {@code growth} so many times. */
  void grow(int[] growth, int times) {
    for (int i = 0; i < count.length; i++) {
      count[i] += growth[i] * times;
    }
  }

  Requirement copy() {
    return new Requirement(count.clone());
  }

  /** Takes over another's numbers. */
  void set(Requirement other) {
    System.arraycopy(other.count, 0, count, 0, count.length);
  }

  void clear() {
    Arrays.fill(count, NONE);
  }
}
