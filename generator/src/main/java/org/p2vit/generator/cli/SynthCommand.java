package org.p2vit.generator.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.p2vit.model.InputException;
import org.p2vit.synth.EmittedFolder;
import org.p2vit.synth.flow.FlowResult;
import org.p2vit.synth.flow.ModuleUse;
import org.p2vit.synth.flow.SynthFlow;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code p2vit synth}. */
@Command(
    name = "synth",
    description = {
      "Runs a synthesis flow of synth-scripts/ over a generated design.",
      "xilinx: Yosys. ice40: Yosys and nextpnr, placed and routed. asic: Yosys and OpenSTA against a Liberty file."
    },
    sortOptions = false)
final class SynthCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "FLOW", description = "One of ${COMPLETION-CANDIDATES}.")
  private SynthFlow flow;

  @Parameters(paramLabel = "DESIGN", description = "Folder that 'generate' wrote.")
  private Path design;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      required = true,
      description = "Where scripts, netlists, reports and the log go.")
  private Path out;

  @Option(
      names = "--set",
      paramLabel = "NAME=VALUE",
      description =
          "A setting of the flow, such as DEVICE=hx8k or LIBERTY=cells.lib; an unknown one is answered with a list of all.")
  private Map<String, String> settings = new LinkedHashMap<>();

  @Option(
      names = "--timeout",
      paramLabel = "MINUTES",
      defaultValue = "120",
      description = "Stop after that long (default: ${DEFAULT-VALUE}).")
  private int timeout;

  @Mixin private JsonOption json;

  @Override
  public Integer call() {
    if (timeout < 1) {
      throw new InputException("--timeout " + timeout + "; at least 1 minute");
    }
    FlowResult result;
    try (ProgressLine progress = new ProgressLine()) {
      result =
          flow.run(
              EmittedFolder.open(design),
              settings,
              out,
              Duration.ofMinutes(timeout),
              (step, done, total) -> progress.note(step + " ..."));
    }
    print(result, spec.commandLine().getOut());
    json.write(result);
    return 0;
  }

  private static void print(FlowResult result, PrintWriter writer) {
    ConsoleTable table =
        new ConsoleTable(String.format(Locale.ROOT, "%s by %s", result.top(), result.flow()));
    result.resources().forEach((name, count) -> table.row(name, "%,12d", count));
    result.modules().stream()
        .sorted(Comparator.comparingLong(SynthCommand::largest).reversed())
        .forEach(m -> table.row(m.module(), "%s", resources(m)));
    row(table, "area", result.areaUm2(), "um2");
    row(table, "Fmax", result.fmaxMhz(), "MHz");
    row(table, "power", result.powerMw(), "mW");
    table.row("reports", "%s", result.directory());
    table.print(writer);
  }

  private static long largest(ModuleUse use) {
    return use.instances() * use.resources().values().stream().mapToLong(n -> n).max().orElse(0);
  }

  private static String resources(ModuleUse use) {
    String each =
        use.resources().entrySet().stream()
            .filter(e -> e.getValue() > 0)
            .map(e -> String.format(Locale.ROOT, "%,d %s", e.getValue(), e.getKey()))
            .collect(Collectors.joining(", "));
    return (use.instances() > 1 ? use.instances() + " x " : "") + each;
  }

  private static void row(ConsoleTable table, String name, Double value, String unit) {
    if (value != null) {
      table.row(name, "%,12.1f %s", value, unit);
    }
  }
}
