package org.p2vit.generator.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.p2vit.P2vit;
import org.p2vit.generator.Design;
import org.p2vit.model.InputException;
import org.p2vit.model.QuantizedModel;
import org.p2vit.rtl.Architecture;
import org.p2vit.rtl.EmittedRtl;
import org.p2vit.rtl.RtlEmitter;
import org.p2vit.synth.area.AreaEstimate;
import org.p2vit.synth.device.Device;
import org.p2vit.synth.device.DeviceFit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code p2vit generate}. */
@Command(
    name = "generate",
    description =
        "Fits an accelerator to a quantized model; writes SystemVerilog, program and memory image.",
    sortOptions = false)
final class GenerateCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Mixin private ModelParameter model;

  @Mixin private ArchitectureOptions architecture;

  @Mixin private ProgramOptions program;

  @Option(
      names = "--chunk",
      paramLabel = "MODULE",
      description =
          "Emit the SystemVerilog of one chunk alone, such as MatMul, Softmax, Shifter, LayerNorm, Load, Store, Controller.")
  private String chunk;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      required = true,
      description =
          "Where everything goes. Files of an earlier 'generate' are replaced, others stay.")
  private Path out;

  @Mixin private DeviceOption device;

  @Mixin private JsonOption json;

  @Override
  public Integer call() throws Exception {
    Device wanted = device.choose();
    if (chunk != null && wanted != null) {
      throw new InputException(
          "--device with --chunk is not possible; 'p2vit area %s --device' tells it of a chunk"
              .formatted(out));
    }
    QuantizedModel model = this.model.read();
    Architecture arch = architecture.choose(model);
    PrintWriter writer = spec.commandLine().getOut();
    if (chunk != null) {
      EmittedRtl rtl = RtlEmitter.create().emitChunk(arch, chunk, out);
      writer.printf(
          "%s: %d files, list %s%n", rtl.top(), rtl.files().size(), out.resolve(rtl.top() + ".f"));
      json.write(rtl.files());
      return 0;
    }
    Design design;
    try (ProgressLine progress = new ProgressLine()) {
      progress.note("elaborating the accelerator ...");
      design = P2vit.generate(model, arch, program.options(), out);
    }
    AreaEstimate area = wanted == null ? null : area(wanted);
    DeviceFit fit = area == null ? null : DeviceFit.of(area, wanted);
    DesignSummary summary = DesignSummary.of(design, fit);
    summary.print(writer);
    summary.printBuffers(writer);
    if (fit != null) {
      new AreaTables(area).print(writer);
      DeviceFitTable.print(fit, writer);
    }
    summary.printArtifacts(writer);
    json.write(summary);
    return area != null && new AreaTables(area).reportFailures(spec.commandLine().getErr()) ? 1 : 0;
  }

  private AreaEstimate area(Device wanted) {
    try (ProgressLine progress = new ProgressLine()) {
      return P2vit.area(out, wanted.family().lutInputs(), progress::at);
    }
  }
}
