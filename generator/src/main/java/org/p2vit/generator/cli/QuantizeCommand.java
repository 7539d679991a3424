package org.p2vit.generator.cli;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.p2vit.P2vit;
import org.p2vit.generator.report.QuantizationReport;
import org.p2vit.generator.report.ReportFiles;
import org.p2vit.image.ImageFiles;
import org.p2vit.image.ImageSource;
import org.p2vit.model.InputException;
import org.p2vit.model.QuantizedModel;
import org.p2vit.model.VitShape;
import org.p2vit.model.io.ModelFiles;
import org.p2vit.onnx.FloatVit;
import org.p2vit.onnx.OnnxVitImporter;
import org.p2vit.quantize.Calibration;
import org.p2vit.quantize.Quantization;
import org.p2vit.quantize.QuantizeOptions;
import org.p2vit.quantize.Quantizer;
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

  @Mixin private CalibrationCountOption count;

  @Mixin private NormalizationOptions normalization;

  @Mixin private QuantizeOptionsMixin how;

  @Mixin private AccuracyOptions accuracy;

  @Option(
      names = "--report-images",
      paramLabel = "N",
      defaultValue = "16",
      description =
          "Calibration images that the report compares tensors on; 0: no report (default: ${DEFAULT-VALUE}).")
  private int reportImages;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      required = true,
      description = "Where model.json and weights.safetensors go, and report.html and report.json.")
  private Path out;

  @Mixin private JsonOption json;

  /**
   * The result for machines.
   *
   * @param model what 'inspect' tells; its fields are the result's own
   * @param accuracy null if there are no {@code --images}
   */
  record Result(@JsonUnwrapped ModelSummary model, QuantizationReport.Comparison accuracy) {}

  @Override
  public Integer call() throws Exception {
    QuantizeOptions options = how.options();
    if (reportImages < 0) {
      throw new InputException("--report-images " + reportImages + "; at least 0 is accepted");
    }
    FloatVit vit = OnnxVitImporter.read(onnx);
    options.requireLayersOf(vit);
    VitShape shape = vit.shape();
    ImageSource images = count.choose(ImageFiles.open(calibration, null, shape), shape);
    Optional<ImageSource> labelled = accuracy.open(shape);
    Quantization quantization;
    QuantizationReport.Comparison comparison = null;
    try (ProgressLine progress = new ProgressLine()) {
      Calibration collected =
          P2vit.calibrate(
              onnx,
              images,
              normalization.mean(shape.imageChannels()),
              normalization.std(shape.imageChannels()),
              progress::at);
      quantization = Quantizer.quantize(collected, options, progress::at);
      ModelFiles.write(quantization.model(), out);
      if (labelled.isPresent()) {
        comparison = accuracy.compare(onnx, quantization.model(), labelled.get(), progress);
      }
      if (reportImages > 0) {
        ImageSource some = P2vit.spread(images, reportImages);
        ReportFiles.write(P2vit.report(onnx, quantization, some, comparison, progress::at), out);
      }
    }
    QuantizedModel model = quantization.model();
    ModelSummary summary = ModelSummary.of(model);
    summary.print(spec.commandLine().getOut());
    PrintWriter text = spec.commandLine().getOut();
    if (comparison != null) {
      accuracy.print(comparison, text);
    }
    text.printf(
        "%nwritten: %s, %s%n",
        out.resolve(ModelFiles.MODEL_FILE), out.resolve(ModelFiles.WEIGHTS_FILE));
    if (reportImages > 0) {
      text.printf(
          "report:  %s, %s%n", out.resolve(ReportFiles.HTML), out.resolve(ReportFiles.JSON));
    }
    text.flush();
    json.write(new Result(summary, comparison));
    return 0;
  }
}
