package org.p2vit.generator.cycles;

/** A chunk that goes through the row blocks of a head in step with others. */
interface InStep {
  /** The job in hand, or null. */
  TimedJob inHand();

  /** The next row block of it. */
  int row();

  /** Its last tile. */
  default int lastTile() {
    return 0;
  }

  /** Whether it is between two row blocks, and only waits can delay those that follow. */
  boolean isUndisturbed();

  /** What has held in this cycle does not delay the next row block. */
  long ready();

  /** Adds all cycles that what follows depends on, in an order that is always the same. */
  void state(CycleList cycles);

  /**
   * More row blocks are complete.
   *
   * @param cycles from each to the next, and from the latest to the first
   */
  void completeEvery(long cycles, int rowBlocks);
}
