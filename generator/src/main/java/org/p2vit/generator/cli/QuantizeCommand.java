package org.p2vit.generator.cli;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.p2vit.P2vit;
import org.p2vit.image.ImageFiles;
import org.p2vit.image.ImageSource;
import org.p2vit.model.QuantizedModel;
import org.p2vit.model.VitShape;
import org.p2vit.model.io.ModelFiles;
import org.p2vit.onnx.OnnxVitImporter;
import org.p2vit.quantize.Calibration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code p2vit quantize}. */
@Command(
    name = "quantize",
    description = "Quantizes a float ONNX Vision Transformer to integers with power-of-two scales.",
    sortOptions = false)
final class QuantizeCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "MODEL.onnx", description = "Float model, as PyTorch exports it.")
  private Path onnx;

  @Option(
      names = "--calibration",
      paramLabel = "PATH",
      required = true,
      description =
          "Images to choose scales by; the kinds of --images of 'run'. Labels are not needed.")
  private Path calibration;

  @Option(
      names = "--calibration-count",
      paramLabel = "N",
      defaultValue = "" + Calibration.DEFAULT_IMAGES,
      description = "Use N of them, evenly spread (default: ${DEFAULT-VALUE}).")
  private int count;

  @Mixin private NormalizationOptions normalization;

  @Mixin private QuantizeOptionsMixin how;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      required = true,
      description = "Where model.json and weights.safetensors go.")
  private Path out;

  @Mixin private JsonOption json;

  @Override
  public Integer call() throws Exception {
    VitShape shape = OnnxVitImporter.read(onnx).shape();
    ImageSource images = P2vit.spread(ImageFiles.open(calibration, null, shape), count);
    QuantizedModel model;
    try (ProgressLine progress = new ProgressLine()) {
      model =
          P2vit.quantize(
              onnx,
              images,
              normalization.mean(shape.imageChannels()),
              normalization.std(shape.imageChannels()),
              how.options(),
              progress::at);
    }
    ModelFiles.write(model, out);
    ModelSummary summary = ModelSummary.of(model);
    summary.print(spec.commandLine().getOut());
    spec.commandLine()
        .getOut()
        .printf(
            "%nwritten: %s, %s%n", out.resolve("model.json"), out.resolve("weights.safetensors"));
    json.write(summary);
    return 0;
  }
}
