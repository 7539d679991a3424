package org.p2vit.generator.cli;

import java.nio.file.Path;
import org.p2vit.P2vit;
import org.p2vit.generator.fit.ArchitectureJson;
import org.p2vit.generator.fit.FitOptions;
import org.p2vit.model.InputException;
import org.p2vit.model.QuantizedModel;
import org.p2vit.rtl.Architecture;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** The architecture: given, or fitted to the model. */
final class ArchitectureOptions {

  @ArgGroup(exclusive = true, multiplicity = "0..1")
  private Choice choice = new Choice();

  /** One or the other. */
  static final class Choice {
    @Option(
        names = "--arch",
        paramLabel = "FILE",
        description = "Architecture, such as the arch.json of an earlier 'generate'.")
    private Path file;

    @Option(
        names = "--macs",
        paramLabel = "N",
        description =
            "Fit an architecture with at most N 8-bit multiply-accumulates a cycle (default: by the model's size).")
    private Integer macs;
  }

  @Option(
      names = "--axi-bits",
      paramLabel = "N",
      description =
          "Data width of the AXI4 master, without --arch (default: 128, less for small arrays).")
  private Integer axiBits;

  @Option(
      names = "--memory",
      paramLabel = "KIB",
      description =
          "Most on-chip memory, all buffers together, without --arch (default: as much as pays).")
  private Integer memory;

  /** Whether anything is said about it. */
  boolean given() {
    return choice.file != null || choice.macs != null || axiBits != null || memory != null;
  }

  Architecture choose(QuantizedModel model) {
    if (choice.file != null) {
      if (axiBits != null || memory != null) {
        throw new InputException(
            "--arch %s with %s: the file says that already"
                .formatted(choice.file, axiBits == null ? "--memory" : "--axi-bits"));
      }
      return ArchitectureJson.read(choice.file);
    }
    FitOptions options = FitOptions.DEFAULT;
    if (choice.macs != null) {
      options = options.withMacs(choice.macs);
    }
    if (memory != null) {
      options = options.withMemoryKib(memory);
    }
    try (ProgressLine progress = new ProgressLine()) {
      progress.note("choosing an architecture ...");
      return P2vit.fit(model, axiBits == null ? options : options.withAxiBits(axiBits));
    }
  }
}
