package org.p2vit.generator.cycles;

import java.util.Arrays;

/** Some cycles. */
final class CycleList {
  private long[] cycles = new long[16];
  private int count;

  void clear() {
    count = 0;
  }

  void add(long cycle) {
    if (count == cycles.length) {
      cycles = Arrays.copyOf(cycles, 2 * count);
    }
    cycles[count++] = cycle;
  }

  long get(int index) {
    return cycles[index];
  }

  /** Whether each comes so much later than that of another list. */
  boolean follows(CycleList other, long later) {
    boolean all = count == other.count;
    for (int i = 0; i < count && all; i++) {
      all = cycles[i] - other.cycles[i] == later;
    }
    return all;
  }
}
