package org.p2vit.generator.cli;

import java.nio.file.Path;
import org.p2vit.model.InputException;
import org.p2vit.verif.Simulation;
import picocli.CommandLine.Option;

/** {@code --trace}: a waveform of the first start. */
final class TraceOptions {

  @Option(
      names = "--trace",
      required = true,
      paramLabel = "FILE",
      description = "Write a waveform (slow, large): VCD if it ends in .vcd, otherwise FST.")
  private Path file;

  @Option(
      names = "--trace-from",
      paramLabel = "CYCLE",
      defaultValue = "0",
      description = "First cycle in it, counted from reset (default: ${DEFAULT-VALUE}).")
  private long from;

  @Option(
      names = "--trace-to",
      paramLabel = "CYCLE",
      description = "Last cycle in it (default: the end).")
  private Long to;

  Simulation.Trace trace() {
    long last = to == null ? Long.MAX_VALUE : to;
    if (from < 0 || last < from) {
      throw new InputException(
          "--trace-from %d, --trace-to %s: cycles from 0 up are needed, the second not below the first"
              .formatted(from, to == null ? "the end" : to));
    }
    return Simulation.Trace.of(file, from, last);
  }
}
