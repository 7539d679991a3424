package org.p2vit.generator.cycles;

/** Cycles of the RTL's {@code JobInHand}, the gate of a chunk's row blocks. */
final class JobInHand {
  private JobInHand() {}

  /**
   * From taking a job to its first row block: fields and the outcome of the waits are registers.
   */
  static final int TAKEN_TO_START = 2;

  /** From one row block to the next, for the same reason. */
  static final int ROW_TO_START = 2;

  /** From the cycle in which the counters show what is waited for to the row block. */
  static final int WAITS_TO_START = 1;
}
