package org.p2vit.generator.cli;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.p2vit.generator.compile.CompiledModel;
import org.p2vit.generator.timeline.Range;
import org.p2vit.generator.timeline.TimelineSvg;
import org.p2vit.generator.verify.RtlVerification;
import org.p2vit.model.InputException;
import org.p2vit.model.io.AtomicFiles;
import org.p2vit.verif.ExecutionTrace;
import picocli.CommandLine.Option;

/** {@code --timeline}: a picture of what each chunk did when. */
final class TimelineOptions {

  @Option(
      names = "--timeline",
      required = true,
      paramLabel = "FILE.svg",
      description =
          "Draw what each chunk did when, in the first start of the engine (docs/timeline.md).")
  private Path file;

  @Option(
      names = "--timeline-from",
      paramLabel = "CYCLE",
      description = "Enlarge from this cycle on, instead of where most cycles were lost.")
  private Long from;

  @Option(names = "--timeline-to", paramLabel = "CYCLE", description = "Enlarge up to this cycle.")
  private Long to;

  /** Finds out before a long simulation what cannot be done after it. */
  void check() {
    long first = from == null ? 0 : from;
    if (first < 0 || (to != null && to <= first)) {
      throw new InputException(
          "--timeline-from %d, --timeline-to %s: cycles from 0 up are needed, the second above the first"
              .formatted(first, to == null ? "the end" : to));
    }
  }

  /**
   * @param start the one that has an execution trace
   */
  void write(CompiledModel compiled, RtlVerification.StartResult start) {
    ExecutionTrace trace = start.execution().orElseThrow();
    String svg =
        from == null && to == null
            ? TimelineSvg.draw(compiled, trace)
            : TimelineSvg.draw(compiled, trace, range(trace.cycles()));
    Path target = file.toAbsolutePath();
    AtomicFiles.write(
        target.getParent(),
        Map.of(target.getFileName().toString(), svg.getBytes(StandardCharsets.UTF_8)));
  }

  private Range range(long cycles) {
    long first = from == null ? 0 : from;
    if (first >= cycles) {
      throw new InputException(
          "--timeline-from %d: the run has only %d cycles".formatted(first, cycles));
    }
    return new Range(first, to == null ? cycles : Math.min(to, cycles));
  }
}
