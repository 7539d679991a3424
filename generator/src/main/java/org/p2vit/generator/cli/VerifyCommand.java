package org.p2vit.generator.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import org.p2vit.P2vit;
import org.p2vit.generator.Design;
import org.p2vit.generator.cycles.CyclePrediction;
import org.p2vit.generator.verify.RtlVerification;
import org.p2vit.image.ImageSource;
import org.p2vit.model.InputException;
import org.p2vit.model.QuantizedModel;
import org.p2vit.rtl.Architecture;
import org.p2vit.verif.Simulation.AxiBehaviour;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code p2vit verify}. */
@Command(
    name = "verify",
    description = {
      "Runs images through the RTL under Verilator and compares every tensor with the golden model, bit for bit.",
      "Exit code 0 only if all are equal."
    },
    sortOptions = false)
final class VerifyCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Mixin private ModelParameter model;

  @Mixin private ArchitectureOptions architecture;

  @Mixin private ProgramOptions program;

  @Mixin private ImageOptions images;

  @Option(
      names = "--work",
      paramLabel = "DIR",
      defaultValue = "build/verify",
      description = "Where the design is generated (default: ${DEFAULT-VALUE}).")
  private Path work;

  @Mixin private LatencyOption latency;

  @Option(
      names = "--stall",
      paramLabel = "P",
      defaultValue = "0",
      description =
          "Probability, 0 to below 1, that an AXI channel stalls in a cycle (default: ${DEFAULT-VALUE}).")
  private double stall;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "Seed of the stalls (default: ${DEFAULT-VALUE}).")
  private long seed;

  @ArgGroup(exclusive = false)
  private TraceOptions trace;

  @ArgGroup(exclusive = false)
  private TimelineOptions timeline;

  @Mixin private JsonOption json;

  @Override
  public Integer call() throws Exception {
    if (timeline != null) {
      timeline.check();
    }
    if (!(stall >= 0 && stall < 1)) {
      throw new InputException("--stall " + stall + "; 0 to below 1 is accepted");
    }
    RtlVerification.Options options =
        RtlVerification.Options.standard()
            .withAxi(AxiBehaviour.of(latency.cycles(), stall, seed))
            .withTrace(Optional.ofNullable(trace).map(TraceOptions::trace));
    QuantizedModel model = this.model.read();
    ImageSource source = images.open(model.shape(), program.images());
    Architecture arch = architecture.choose(model);
    RtlVerification result;
    Design design;
    try (ProgressLine progress = new ProgressLine()) {
      progress.note("elaborating the accelerator ...");
      design = P2vit.generate(model, arch, program.options(), work);
      result = P2vit.verify(model, design, source, options, new VerificationProgress(progress));
    }
    PrintWriter out = spec.commandLine().getOut();
    DesignSummary.of(design).print(out);
    VerificationSummary summary =
        VerificationSummary.of(result, model, design.compiled(), predicted(design));
    summary.print(out);
    json.write(summary);
    if (timeline != null) {
      timeline.write(design.compiled(), result.starts().get(0));
    }
    return summary.bitExact() ? 0 : 1;
  }

  /** Cycles of a start; empty if the memory stalls at random, which nobody can predict. */
  private OptionalLong predicted(Design design) {
    if (stall > 0) {
      return OptionalLong.empty();
    }
    CyclePrediction cycles = P2vit.cycles(design.compiled().schedule(), latency.memory());
    return OptionalLong.of(cycles.total());
  }
}
