package org.p2vit.generator.cli;

import java.util.Map;
import java.util.concurrent.Callable;
import org.p2vit.generator.compile.ModelCompiler;
import org.p2vit.generator.compile.Schedule;
import org.p2vit.generator.energy.EnergyCosts;
import org.p2vit.generator.energy.EnergyEstimate;
import org.p2vit.model.QuantizedModel;
import org.p2vit.rtl.Architecture;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code p2vit energy}. */
@Command(
    name = "energy",
    description =
        "Estimates the energy of an image: every operation and memory access of the program, counted, at published energies.",
    sortOptions = false)
final class EnergyCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Mixin private ModelParameter model;

  @Mixin private ArchitectureOptions architecture;

  @Mixin private ProgramOptions program;

  @Mixin private CostsOption costs;

  @Mixin private JsonOption json;

  @Override
  public Integer call() {
    EnergyCosts each = costs.read();
    QuantizedModel model = this.model.read();
    Architecture arch = architecture.choose(model);
    Schedule schedule = ModelCompiler.schedule(model, arch, program.options());
    EnergyEstimate energy = EnergyEstimate.of(schedule, each);
    ConsoleTable table = new ConsoleTable("Energy of an image, " + each.technology());
    for (Map.Entry<String, Double> part : energy.picojoules().entrySet()) {
      double microjoules = part.getValue() / 1e6;
      table.row(
          part.getKey(),
          "%,12.1f uJ  %5.1f %%",
          microjoules,
          100 * microjoules / energy.microjoules());
    }
    table.row("all", "%,12.1f uJ", energy.microjoules());
    table.print(spec.commandLine().getOut());
    json.write(energy);
    return 0;
  }
}
