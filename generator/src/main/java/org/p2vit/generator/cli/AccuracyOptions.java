package org.p2vit.generator.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.p2vit.generator.Accuracy;
import org.p2vit.generator.report.QuantizationReport.Comparison;
import org.p2vit.image.ImageSource;
import org.p2vit.model.InputException;
import org.p2vit.model.QuantizedModel;
import org.p2vit.model.VitShape;
import org.p2vit.onnx.FloatReference;
import org.p2vit.onnx.OnnxVitImporter;
import picocli.CommandLine.ArgGroup;

/** Labelled images, if any, to measure accuracy before and after quantization with. */
final class AccuracyOptions {

  @ArgGroup(
      exclusive = false,
      heading =
          "Images with labels, to measure accuracy before and after; best others than those of --calibration:%n")
  private ImageOptions images;

  /**
   * Opens the images, if there are any.
   *
   * @throws InputException if they have no labels
   */
  Optional<ImageSource> open(VitShape shape) {
    if (images == null) {
      return Optional.empty();
    }
    ImageSource source = images.open(shape);
    if (source.image(0).label().isEmpty()) {
      throw new InputException(
          source.image(0).name() + " has no label; accuracy needs labels (--labels FILE)");
    }
    return Optional.of(source);
  }

  /** Measures both models. */
  Comparison compare(Path onnx, QuantizedModel model, ImageSource source, ProgressLine progress) {
    try (FloatReference reference =
        FloatReference.open(onnx, OnnxVitImporter.read(onnx), List.of())) {
      Accuracy before =
          Accuracy.of(
              reference,
              model.preprocessing(),
              source,
              (done, total) -> progress.at("float model", done, total));
      Accuracy after =
          Accuracy.of(model, source, (done, total) -> progress.at("golden model", done, total));
      return Comparison.of(before, after);
    }
  }

  void print(Comparison c, PrintWriter out) {
    new ConsoleTable("Accuracy")
        .row("images with labels", "%,d", c.images())
        .row("top-1, float", "%.2f %%", 100 * c.floatTop1())
        .row("top-1, integer", "%.2f %%", 100 * c.integerTop1())
        .row("same prediction", "%.2f %%", 100 * c.samePrediction())
        .print(out);
  }
}
