package org.p2vit.generator.cycles;

/** Idle cycles of the array, by job and cause. */
final class ArrayLedger {
  private static final int CAUSES = LossCause.values().length;

  private final long[] idle;

  ArrayLedger(int jobs) {
    idle = new long[jobs * CAUSES];
  }

  void idle(TimedJob job, LossCause cause, long cycles) {
    idle[job.index * CAUSES + cause.ordinal()] += cycles;
  }

  long idle(int job, LossCause cause) {
    return idle[job * CAUSES + cause.ordinal()];
  }
}
