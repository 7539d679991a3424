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
    join(other.count, 0);
  }

  /** Joins numbers that {@link #copyTo} has put into an array. */
  void join(int[] from, int at) {
    for (int i = 0; i < count.length; i++) {
      atLeast(i, from[at + i]);
    }
  }

  void copyTo(int[] to, int at) {
    System.arraycopy(count, 0, to, at, count.length);
  }

  /** Whether it is what {@link #copyTo} has put into an array. */
  boolean equals(int[] other, int at) {
    return Arrays.equals(count, 0, count.length, other, at, at + count.length);
  }

  boolean isNone() {
    for (int c : count) {
      if (c != NONE) {
        return false;
      }
    }
    return true;
  }

  void clear() {
    Arrays.fill(count, NONE);
  }

  Requirement copy() {
    return new Requirement(count.clone());
  }
}
