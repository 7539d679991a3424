package org.p2vit.generator.cli;

import org.p2vit.generator.cycles.MemoryTiming;
import org.p2vit.model.InputException;
import picocli.CommandLine.Option;

/** {@code --latency CYCLES}: how long the memory takes to answer. */
final class LatencyOption {

  @Option(
      names = "--latency",
      paramLabel = "CYCLES",
      defaultValue = "100",
      description = "Memory latency (default: ${DEFAULT-VALUE}).")
  private int cycles;

  /**
   * @throws InputException if no memory is that fast
   */
  int cycles() {
    if (cycles < 1) {
      throw new InputException("--latency " + cycles + " is not possible; at least 1");
    }
    return cycles;
  }

  /** The same, as the cycle model needs it. */
  MemoryTiming memory() {
    return new MemoryTiming(cycles());
  }
}
