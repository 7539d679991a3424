package org.p2vit.generator.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.p2vit.generator.CrossValidation;
import org.p2vit.generator.Fidelity;
import org.p2vit.generator.SampleMean;
import org.p2vit.golden.ScaleGrid;
import org.p2vit.image.ImageSource;
import org.p2vit.model.InputException;
import org.p2vit.model.VitShape;
import org.p2vit.onnx.FloatVit;
import org.p2vit.onnx.OnnxVitImporter;
import org.p2vit.quantize.Method;
import org.p2vit.quantize.QuantizeOptions;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code p2vit ablate}. */
@Command(
    name = "ablate",
    description = {
      "Measures what each method of quantization is worth, on images not used for calibration.",
      "One part of the images is measured, the others calibrate, and so on with each part."
    },
    sortOptions = false)
final class AblateCommand implements Callable<Integer> {
  private static final String ALL = "all";
  private static final String REAL_SCALES = "real-scales";

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "MODEL.onnx", description = "Float model, as PyTorch exports it.")
  private Path onnx;

  @Mixin private ImageOptions images;

  @Option(
      names = "--folds",
      paramLabel = "N",
      defaultValue = "2",
      description = "Deal the images into N parts (default: ${DEFAULT-VALUE}, halves).")
  private int folds;

  @Mixin private CalibrationCountOption count;

  @Mixin private NormalizationOptions normalization;

  @Mixin private QuantizeOptionsMixin how;

  @Option(
      names = "--variants",
      paramLabel = "VARIANT",
      split = ",",
      description =
          "What to measure: 'all' the methods, 'real-scales' (all methods, but scales that are not"
              + " powers of two), or a method that is left out (default: each of these).")
  private List<String> names = List.of();

  @Mixin private JsonOption json;

  @Override
  public Integer call() throws Exception {
    Map<String, QuantizeOptions> variants = variants();
    FloatVit vit = OnnxVitImporter.read(onnx);
    variants.values().forEach(options -> options.requireLayersOf(vit));
    VitShape shape = vit.shape();
    ImageSource source = images.open(shape);
    PrintWriter out = spec.commandLine().getOut();
    Map<String, Fidelity> results = new LinkedHashMap<>();
    try (ProgressLine progress = new ProgressLine()) {
      CrossValidation validation =
          new CrossValidation(
              onnx,
              source,
              normalization.mean(shape.imageChannels()),
              normalization.std(shape.imageChannels()),
              folds,
              count.of(shape),
              progress::at);
      for (Map.Entry<String, QuantizeOptions> variant : variants.entrySet()) {
        Fidelity result =
            validation.measure(
                variant.getValue(),
                (what, done, total) -> progress.at(variant.getKey() + ": " + what, done, total));
        results.put(variant.getKey(), result);
        progress.end();
        if (results.size() == 1) {
          out.printf(
              "%-28s %8s %8s %15s %7s %19s %20s%n",
              "", "float", "integer", "drop", "same", "divergence", "than the first");
        }
        out.println(row(variant.getKey(), result, results.values().iterator().next()));
        out.flush();
      }
    }
    json.write(results);
    return 0;
  }

  /**
   * @param first variant, with which the divergence is compared image by image
   */
  private static String row(String name, Fidelity result, Fidelity first) {
    SampleMean more = result.divergenceMinus(first);
    String accuracy =
        result.labelled() == 0
            ? "%8s %8s %15s".formatted("-", "-", "no labels")
            : String.format(
                Locale.ROOT,
                "%6.2f %% %6.2f %% %6.2f +- %4.2f",
                100 * result.floatRate(),
                100 * result.integerRate(),
                result.drop(),
                result.dropError());
    return String.format(
        Locale.ROOT,
        "%-28s %s %5.1f %% %8.5f +- %7.5f %s",
        name,
        accuracy,
        100 * result.agreement(),
        result.divergence(),
        result.divergenceError(),
        result == first
            ? ""
            : String.format(Locale.ROOT, "%+9.5f +- %7.5f", more.mean(), more.error()));
  }

  private Map<String, QuantizeOptions> variants() {
    QuantizeOptions options = how.options();
    List<String> accepted = new ArrayList<>(List.of(ALL, REAL_SCALES));
    accepted.addAll(Method.labels());
    Map<String, QuantizeOptions> chosen = new LinkedHashMap<>();
    for (String name : names.isEmpty() ? accepted : names) {
      if (!accepted.contains(name)) {
        throw new InputException(
            "variant '" + name + "'; accepted are " + String.join(", ", accepted));
      }
      switch (name) {
        case ALL -> chosen.put(name, options);
        case REAL_SCALES -> chosen.put(name, options.withGrid(ScaleGrid.REAL));
        default -> chosen.put("without " + name, options.without(List.of(Method.of(name))));
      }
    }
    return chosen;
  }
}
