package org.p2vit.generator.cli;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.p2vit.P2vit;
import org.p2vit.model.QuantizedModel;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code p2vit export}. */
@Command(
    name = "export",
    description = {
      "Writes a quantized model as ONNX with QuantizeLinear and DequantizeLinear (opset 21).",
      "ONNX Runtime computes all its tensors with the golden model's codes, bit for bit."
    },
    sortOptions = false)
final class ExportCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Mixin private ModelParameter model;

  @Option(
      names = "--out",
      paramLabel = "FILE.onnx",
      required = true,
      description = "The file to write; what is there is replaced.")
  private Path out;

  @Mixin private JsonOption json;

  /**
   * The result for machines.
   *
   * @param bytes of the file
   */
  record Result(String model, String file, long bytes) {}

  @Override
  public Integer call() {
    QuantizedModel model = this.model.read();
    long bytes = P2vit.exportOnnx(model, out);
    new ConsoleTable("Exported " + model.name())
        .row("file", "%s, %,d bytes", out, bytes)
        .row(
            "input",
            "image: float, N x %d x %d x %d, normalized",
            model.shape().imageChannels(),
            model.shape().imageHeight(),
            model.shape().imageWidth())
        .row("output", "logits: float, N x %d", model.shape().classes())
        .row("codes of tensor t", "ONNX tensor t.codes")
        .print(spec.commandLine().getOut());
    json.write(new Result(model.name(), out.toString(), bytes));
    return 0;
  }
}
