package org.p2vit.generator.cli;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.p2vit.P2vit;
import org.p2vit.synth.area.AreaEstimate;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code p2vit area}. */
@Command(
    name = "area",
    description = {
      "Estimates the area and logic depth of a generated design, without vendor tools.",
      "CIRCT's circt-synth maps each distinct module to K-input LUTs."
    },
    sortOptions = false)
final class AreaCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "DESIGN", description = "Folder that 'generate' wrote.")
  private Path design;

  @Option(
      names = "--lut-inputs",
      paramLabel = "K",
      defaultValue = "6",
      description = "Inputs of a LUT, 3 to 6 (default: ${DEFAULT-VALUE}).")
  private int lutInputs;

  @Option(names = "--modules", description = "Also list every distinct module.")
  private boolean modules;

  @Mixin private JsonOption json;

  @Override
  public Integer call() {
    AreaEstimate estimate;
    try (ProgressLine progress = new ProgressLine()) {
      estimate = P2vit.area(design, lutInputs, progress::at);
    }
    AreaTables tables = new AreaTables(estimate);
    tables.print(spec.commandLine().getOut());
    if (modules) {
      tables.printModules(spec.commandLine().getOut());
    }
    json.write(estimate);
    return tables.reportFailures(spec.commandLine().getErr()) ? 1 : 0;
  }
}
