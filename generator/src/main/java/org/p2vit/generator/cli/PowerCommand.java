package org.p2vit.generator.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.p2vit.P2vit;
import org.p2vit.generator.Design;
import org.p2vit.generator.energy.EnergyCosts;
import org.p2vit.generator.energy.GateComparison;
import org.p2vit.generator.energy.GateSimulation;
import org.p2vit.generator.energy.TechnologyScale;
import org.p2vit.image.ImageSource;
import org.p2vit.model.InputException;
import org.p2vit.model.QuantizedModel;
import org.p2vit.rtl.Architecture;
import org.p2vit.rtl.RtlEmitter;
import org.p2vit.synth.flow.SynthFlow;
import org.p2vit.synth.power.GateNetlist;
import org.p2vit.synth.power.GatePower;
import org.p2vit.synth.power.Toggles;
import org.p2vit.verif.Simulation.AxiBehaviour;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code p2vit power}. */
@Command(
    name = "power",
    description = {
      "Tells the energy of an image in gates, beside the model of 'energy'.",
      "Maps the design to standard cells, has the netlist do what the RTL does (which is compared with the golden model),"
          + " and multiplies how often each pin changes with what OpenSTA says that a change takes.",
      "Exit code 0 only if netlist, RTL and golden model agree."
    },
    sortOptions = false)
final class PowerCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Mixin private ModelParameter model;

  @Mixin private ArchitectureOptions architecture;

  @Mixin private ProgramOptions program;

  @Mixin private ImageOptions images;

  @Option(
      names = "--work",
      paramLabel = "DIR",
      defaultValue = "build/power",
      description =
          "Where design, netlist and reports go; a netlist that is there and still fits is taken "
              + "(default: ${DEFAULT-VALUE}).")
  private Path work;

  @Option(
      names = "--set",
      paramLabel = "NAME=VALUE",
      description = "A setting of the flow 'synth asic', such as LIBERTY=cells.lib.")
  private Map<String, String> settings = new LinkedHashMap<>();

  @Mixin private CostsOption costs;

  @Option(
      names = "--scale",
      paramLabel = "X",
      description =
          "Energy of the cells' technology over that of the costs' (default for the default library and costs: published, "
              + "see docs/energy.md; otherwise nothing is scaled).")
  private Double scale;

  @Mixin private LatencyOption latency;

  @Option(
      names = "--activity",
      paramLabel = "FILE.vcd",
      description =
          "Take the activity from this waveform of the netlist, such as of a simulation with delays, instead of simulating; "
              + "it must be of one whole start.")
  private Path activity;

  @Option(
      names = "--scope",
      paramLabel = "PATH",
      defaultValue = "TOP." + RtlEmitter.TOP,
      description = "The netlist's top module in --activity (default: ${DEFAULT-VALUE}).")
  private String scope;

  @Option(
      names = "--timeout",
      paramLabel = "MINUTES",
      defaultValue = "120",
      description = "Stop synthesis after that long (default: ${DEFAULT-VALUE}).")
  private int timeout;

  @Mixin private JsonOption json;

  @Override
  public Integer call() throws Exception {
    if (timeout < 1) {
      throw new InputException("--timeout " + timeout + "; at least 1 minute");
    }
    if (scale != null && !(scale > 0)) {
      throw new InputException("--scale " + scale + "; it must be greater than 0");
    }
    SynthFlow.ASIC.check(settings);
    AxiBehaviour axi = AxiBehaviour.of(latency.cycles(), 0, 1);
    EnergyCosts each = costs.read();
    Double factor = scale;
    if (factor == null && !costs.given() && !settings.containsKey(SynthFlow.LIBERTY)) {
      factor = TechnologyScale.standard().energy();
    }
    QuantizedModel model = this.model.read();
    ImageSource image = images.open(model.shape(), program.images());
    Architecture arch = architecture.choose(model);
    Duration atMost = Duration.ofMinutes(timeout);
    GateComparison comparison;
    GateSimulation simulation = null;
    try (ProgressLine progress = new ProgressLine()) {
      Toggles toggles = null;
      if (activity != null) {
        progress.note("reading " + activity + " ...");
        toggles = Toggles.read(activity, scope);
      }
      SynthFlow.ASIC.checkTools();
      progress.note("elaborating the accelerator ...");
      Design design = P2vit.generate(model, arch, program.options(), work);
      GateNetlist netlist =
          GateNetlist.make(
              design.rtl(),
              settings,
              work.resolve("gates"),
              atMost,
              (step, done, total) -> progress.note(step + " ..."));
      if (toggles == null) {
        simulation =
            GateSimulation.run(
                model, design, netlist, image, axi, new VerificationProgress(progress));
        toggles = simulation.gates().toggles();
      }
      String waveform = activity == null ? "of the simulation" : activity.toString();
      GatePower power =
          netlist.power(
              toggles, waveform, atMost, (step, done, total) -> progress.note(step + " ..."));
      comparison = GateComparison.of(design.compiled().schedule(), each, factor, power);
    }
    PrintWriter out = spec.commandLine().getOut();
    PowerTables.print(comparison, out);
    json.write(comparison);
    if (simulation == null) {
      return 0;
    }
    PowerTables.print(simulation, out);
    return simulation.exact() ? 0 : 1;
  }
}
