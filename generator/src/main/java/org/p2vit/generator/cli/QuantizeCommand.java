package org.p2vit.generator.cli;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.p2vit.P2vit;
import org.p2vit.image.ImageFiles;
import org.p2vit.image.ImageSource;
import org.p2vit.model.QuantizedModel;
import org.p2vit.model.VitShape;
import org.p2vit.model.io.ModelFiles;
import org.p2vit.onnx.OnnxVitImporter;
import org.p2vit.quantize.Calibration;
import org.p2vit.quantize.QuantizeOptions;
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

  @Option(
      names = "--weight-bits",
      paramLabel = "4|8",
      defaultValue = "8",
      description =
          "Bits of all weights that --layer-bits does not name (default: ${DEFAULT-VALUE}).")
  private int weightBits;

  @Option(
      names = "--layer-bits",
      paramLabel = "LAYER=BITS",
      split = ",",
      description =
          "Bits of single layers, such as head=8,blocks.0.fc1=4 ('inspect' lists the names).")
  private Map<String, Integer> layerBits = new LinkedHashMap<>();

  @Option(
      names = "--residual-bits",
      paramLabel = "8..16",
      defaultValue = "16",
      description = "Bits of the residual stream (default: ${DEFAULT-VALUE}).")
  private int residualBits;

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
              new QuantizeOptions(weightBits, layerBits, residualBits),
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
