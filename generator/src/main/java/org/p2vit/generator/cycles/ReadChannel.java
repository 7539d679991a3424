package org.p2vit.generator.cycles;

/** The read channels of the memory port: bursts are answered in their order, a beat a cycle. */
final class ReadChannel {
  /** From a reader's burst to its address on the port: the queue of {@code AxiPort}. */
  private static final int BURST_TO_ADDRESS = 1;

  private final int latency;
  private long lastBeat = -1;

  ReadChannel(MemoryTiming memory) {
    latency = memory.latency();
  }

  /**
   * A burst goes out; to be called in the order of time.
   *
   * @return cycle of its first beat on the port; the others follow without a gap
   */
  long burst(long cycle, int beats) {
    long first = Math.max(cycle + BURST_TO_ADDRESS + latency, lastBeat + 1);
    lastBeat = first + beats - 1;
    return first;
  }
}
