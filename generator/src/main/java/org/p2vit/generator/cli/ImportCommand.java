package org.p2vit.generator.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.p2vit.image.ImageFiles;
import org.p2vit.image.ImageSource;
import org.p2vit.model.VitShape;
import org.p2vit.model.io.ModelFiles;
import org.p2vit.onnx.qdq.QdqImporter;
import org.p2vit.onnx.qdq.QdqImporter.Imported;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code p2vit import}. */
@Command(
    name = "import",
    description = {
      "Makes an integer model of an ONNX Vision Transformer that is quantized already.",
      "By QuantizeLinear and DequantizeLinear, or QONNX's Quant, all scales powers of two."
    },
    sortOptions = false)
final class ImportCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Parameters(
      paramLabel = "MODEL.onnx",
      description = "Quantized model; 'p2vit quantize' takes float ones.")
  private Path onnx;

  @ArgGroup(
      exclusive = false,
      heading = "How pixels are normalized (may be left out for what 'p2vit export' wrote):%n")
  private NormalizationOptions normalization;

  @Option(
      names = "--calibration",
      paramLabel = "PATH",
      description =
          "Images to choose the scales of tensors by that have no quantizer in the graph; without it such "
              + "a tensor is an error. The kinds of --images of 'run'.")
  private Path calibration;

  @Mixin private CalibrationCountOption count;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      required = true,
      description = "Where model.json and weights.safetensors go.")
  private Path out;

  @Mixin private JsonOption json;

  /**
   * The result for machines.
   *
   * @param calibrated tensors whose scale calibration chose
   * @param notes what of the graph's quantization the model does in another way
   */
  record Result(ModelSummary model, List<String> calibrated, List<String> notes) {}

  @Override
  public Integer call() {
    Imported imported;
    try (ProgressLine progress = new ProgressLine()) {
      progress.note("reading " + onnx + " ...");
      QdqImporter importer = QdqImporter.open(onnx);
      VitShape shape = importer.shape();
      ImageSource images = null;
      if (calibration != null) {
        images = count.choose(ImageFiles.open(calibration, null, shape), shape);
      }
      imported =
          importer.model(
              normalization == null ? null : normalization.mean(shape.imageChannels()),
              normalization == null ? null : normalization.std(shape.imageChannels()),
              images,
              progress::at);
    }
    ModelFiles.write(imported.model(), out);
    ModelSummary summary = ModelSummary.of(imported.model());
    PrintWriter writer = spec.commandLine().getOut();
    summary.print(writer);
    list(writer, "Scales chosen by calibration", imported.calibrated());
    list(writer, "Done in another way than by the graph", imported.notes());
    writer.printf(
        "%nwritten: %s, %s%n",
        out.resolve(ModelFiles.MODEL_FILE), out.resolve(ModelFiles.WEIGHTS_FILE));
    json.write(new Result(summary, imported.calibrated(), imported.notes()));
    return 0;
  }

  private static void list(PrintWriter out, String title, List<String> lines) {
    if (!lines.isEmpty()) {
      out.printf("%n%s%n", title);
      lines.forEach(line -> out.println("  " + line));
    }
  }
}
