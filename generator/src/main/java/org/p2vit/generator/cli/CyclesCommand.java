package org.p2vit.generator.cli;

import java.util.concurrent.Callable;
import org.p2vit.P2vit;
import org.p2vit.generator.compile.ModelCompiler;
import org.p2vit.generator.compile.Schedule;
import org.p2vit.generator.cycles.CycleReport;
import org.p2vit.generator.cycles.MemoryTiming;
import org.p2vit.model.QuantizedModel;
import org.p2vit.rtl.Architecture;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code p2vit cycles}. */
@Command(
    name = "cycles",
    description =
        "Predicts the cycles of a model on an accelerator, without simulation, and shows where they go.",
    sortOptions = false)
final class CyclesCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Mixin private ModelParameter model;

  @Mixin private ArchitectureOptions architecture;

  @Mixin private ProgramOptions program;

  @Mixin private LatencyOption latency;

  @Mixin private JsonOption json;

  @Override
  public Integer call() {
    MemoryTiming memory = latency.memory();
    QuantizedModel model = this.model.read();
    Architecture arch = architecture.choose(model);
    Schedule schedule = ModelCompiler.schedule(model, arch, program.options());
    CycleReport report = CycleReport.of(model, schedule, P2vit.cycles(schedule, memory));
    new CycleTables(report).print(spec.commandLine().getOut());
    json.write(report);
    return 0;
  }
}
