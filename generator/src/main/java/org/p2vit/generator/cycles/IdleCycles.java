package org.p2vit.generator.cycles;

import java.util.Arrays;

/** Idle cycles of the array, by job and cause. */
public final class IdleCycles {
  private static final int CAUSES = LossCause.values().length;

  private final long[] cycles;

  /**
   * @param jobs of the program
   */
  IdleCycles(int jobs) {
    cycles = new long[jobs * CAUSES];
  }

  /**
   * @param job its place in the program
   */
  public long of(int job, LossCause cause) {
    return cycles[job * CAUSES + cause.ordinal()];
  }

  /** Of all jobs. */
  long all(LossCause cause) {
    long sum = 0;
    for (int i = cause.ordinal(); i < cycles.length; i += CAUSES) {
      sum += cycles[i];
    }
    return sum;
  }

  void add(TimedJob job, LossCause cause, long more) {
    cycles[job.index * CAUSES + cause.ordinal()] += more;
  }

  /** Those of a job so far, by {@code LossCause.ordinal}. */
  long[] of(TimedJob job) {
    int from = job.index * CAUSES;
    return Arrays.copyOfRange(cycles, from, from + CAUSES);
  }

  /** What has come to a job's cycles since then comes so often again. */
  void repeat(TimedJob job, long[] before, int times) {
    for (int i = 0; i < CAUSES; i++) {
      int at = job.index * CAUSES + i;
      cycles[at] += times * (cycles[at] - before[i]);
    }
  }
}
