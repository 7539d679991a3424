package org.p2vit.verif.chunk;

import java.math.BigInteger;

/** One thing that happened at a chunk's ports; {@code cycle} counts from reset. */
sealed interface BenchEvent {
  int cycle();

  /** A read request was taken. */
  record Read(int cycle, String port, int address) implements BenchEvent {}

  /** A write was taken. */
  record Write(int cycle, String port, int address, BigInteger mask, BigInteger data)
      implements BenchEvent {}

  /** A progress counter has a new value from this cycle on. */
  record Progress(int cycle, int chunk, int value) implements BenchEvent {}

  /** A result beat. */
  record Tap(int cycle, BigInteger data) implements BenchEvent {}

  /** The chunk took a job. */
  record JobTaken(int cycle, int job) implements BenchEvent {}

  /** The chunk completed a unit. */
  record Done(int cycle) implements BenchEvent {}

  /** A burst on the memory port, {@code length} beats less one. */
  record Burst(int cycle, long address, int length) implements BenchEvent {}

  /** A beat written to memory. */
  record Beat(int cycle, boolean last, BigInteger data) implements BenchEvent {}

  /** The memory acknowledged a burst. */
  record Response(int cycle) implements BenchEvent {}

  /**
   * The end.
   *
   * @param hang nothing happened for a long time, and jobs are left
   * @param busyCycles cycles in which {@code busy} was high
   * @param lastBusy the last of them
   * @param stallConflicts cycles with several causes of a stall, or with one while busy
   */
  record End(int cycle, boolean hang, int busyCycles, int lastBusy, int stallConflicts)
      implements BenchEvent {}
}
