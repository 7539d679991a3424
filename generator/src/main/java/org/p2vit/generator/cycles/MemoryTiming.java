package org.p2vit.generator.cycles;

/**
 * How the memory behind the AXI4 master answers: every request after the same time, then one beat a
 * cycle, requests in their order.
 *
 * @param latency cycles from an accepted request to its first beat, or from the last beat of a
 *     write to its response; at least 1
 */
public record MemoryTiming(int latency) {

  public MemoryTiming {
    if (latency < 1) {
      throw new IllegalArgumentException("latency must be at least 1, not " + latency);
    }
  }
}
