package org.p2vit.generator.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.p2vit.P2vit;
import org.p2vit.generator.Design;
import org.p2vit.model.QuantizedModel;
import org.p2vit.model.io.ModelFiles;
import org.p2vit.rtl.Architecture;
import org.p2vit.rtl.EmittedRtl;
import org.p2vit.rtl.RtlEmitter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code p2vit generate}. */
@Command(
    name = "generate",
    description =
        "Fits an accelerator to a quantized model; writes SystemVerilog, program and memory image.",
    sortOptions = false)
final class GenerateCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Parameters(
      paramLabel = "MODEL",
      description = "Folder that 'quantize' wrote, or its model.json.")
  private Path path;

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

  @Mixin private JsonOption json;

  @Override
  public Integer call() throws Exception {
    QuantizedModel model = ModelFiles.read(path);
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
    DesignSummary summary = DesignSummary.of(design);
    summary.print(writer);
    summary.printBuffers(writer);
    summary.printArtifacts(writer);
    json.write(summary);
    return 0;
  }
}
