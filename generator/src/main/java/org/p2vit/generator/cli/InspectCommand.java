package org.p2vit.generator.cli;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code p2vit inspect}. */
@Command(
    name = "inspect",
    description = "Shows a quantized model: dimensions, layers, bits, exponents.",
    sortOptions = false)
final class InspectCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Mixin private ModelParameter model;

  @Mixin private JsonOption json;

  @Override
  public Integer call() throws Exception {
    ModelSummary summary = ModelSummary.of(model.read());
    PrintWriter out = spec.commandLine().getOut();
    summary.print(out);
    summary.printLayers(out);
    json.write(summary);
    return 0;
  }
}
