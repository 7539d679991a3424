package org.p2vit.generator.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import org.p2vit.P2vit;
import org.p2vit.generator.Accuracy;
import org.p2vit.generator.Design;
import org.p2vit.generator.fit.FitOptions;
import org.p2vit.generator.verify.RtlVerification;
import org.p2vit.image.IdxImages;
import org.p2vit.image.ImageSource;
import org.p2vit.model.InputException;
import org.p2vit.model.QuantizedModel;
import org.p2vit.model.io.AtomicFiles;
import org.p2vit.model.io.ModelFiles;
import org.p2vit.onnx.FloatReference;
import org.p2vit.onnx.FloatVit;
import org.p2vit.onnx.OnnxVitImporter;
import org.p2vit.quantize.QuantizeOptions;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code p2vit demo}: the whole path on the shipped ViT for MNIST. */
@Command(
    name = "demo",
    description =
        "The whole path on the ViT for MNIST that comes with p2vit: quantize, measure, generate, verify.",
    sortOptions = false)
final class DemoCommand implements Callable<Integer> {
  private static final String RESOURCES = "/org/p2vit/demo/";
  private static final String ONNX = "vit-mnist.onnx";
  private static final String CALIBRATION = "calibration-images-idx3-ubyte.gz";
  private static final String IMAGES = "evaluation-images-idx3-ubyte.gz";
  private static final String LABELS = "evaluation-labels-idx1-ubyte.gz";

  /** Normalization that the model was trained with. */
  private static final double[] MEAN = {0.1307};

  private static final double[] STD = {0.3081};

  @Spec private CommandSpec spec;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      defaultValue = "build/demo",
      description = "Where everything goes (default: ${DEFAULT-VALUE}).")
  private Path out;

  @Option(
      names = "--rtl-images",
      paramLabel = "N",
      defaultValue = "20",
      description = "Images that run through the RTL (default: ${DEFAULT-VALUE}).")
  private int rtlImages;

  /**
   * {@code report.json}.
   *
   * @param bitExact whether RTL and golden model agree in every element of every tensor
   * @param images that ran through the RTL
   * @param accuracyFloat top-1 of the float model, 0 to 1
   * @param accuracyQuantized top-1 of the integer model
   * @param accuracyImages labelled images that both accuracies are over
   */
  record Report(
      boolean bitExact,
      int images,
      double accuracyFloat,
      double accuracyQuantized,
      int accuracyImages,
      double cyclesPerImage,
      double macUtilization,
      long onChipBytes,
      long elementsCompared,
      List<String> problems) {}

  @Override
  public Integer call() throws Exception {
    unpack();
    Path onnx = out.resolve(ONNX);
    ImageSource images = IdxImages.open(out.resolve(IMAGES), out.resolve(LABELS));
    if (rtlImages < 1 || rtlImages > images.count()) {
      throw new InputException(
          "--rtl-images %d; 1 to %,d are accepted".formatted(rtlImages, images.count()));
    }
    Accuracy floatAccuracy;
    Accuracy accuracy;
    Design design;
    RtlVerification verification;
    QuantizedModel model;
    try (ProgressLine progress = new ProgressLine()) {
      progress.note("[1/5] quantize the float model: W8A8, 4-bit log2 attention");
      model =
          P2vit.quantize(
              onnx,
              IdxImages.open(out.resolve(CALIBRATION), null),
              MEAN,
              STD,
              QuantizeOptions.DEFAULT,
              progress::at);
      ModelFiles.write(model, out.resolve("model"));

      progress.note("[2/5] measure the accuracy of the float and of the integer model");
      FloatVit vit = OnnxVitImporter.read(onnx);
      try (FloatReference reference = FloatReference.open(onnx, vit, List.of())) {
        floatAccuracy =
            Accuracy.of(
                reference,
                model.preprocessing(),
                images,
                (d, n) -> progress.at("float model", d, n));
      }
      accuracy = Accuracy.of(model, images, (d, n) -> progress.at("golden model", d, n));

      progress.note("[3/5] fit and generate the accelerator");
      design = P2vit.generate(model, P2vit.fit(model, FitOptions.DEFAULT), out.resolve("design"));

      progress.note("[4/5] build it under Verilator, run " + rtlImages + " images");
      verification =
          P2vit.verify(
              model,
              design,
              images.slice(0, rtlImages),
              RtlVerification.Options.standard(),
              new VerificationProgress(progress));
      progress.note("[5/5] compare every tensor with the golden model");
    }
    return report(floatAccuracy, accuracy, model, design, verification);
  }

  private void unpack() throws IOException {
    Map<String, byte[]> files = new LinkedHashMap<>();
    for (String name : List.of(ONNX, CALIBRATION, IMAGES, LABELS)) {
      try (InputStream in = DemoCommand.class.getResourceAsStream(RESOURCES + name)) {
        files.put(name, in.readAllBytes());
      }
    }
    AtomicFiles.write(out, files);
  }

  private int report(
      Accuracy floatAccuracy,
      Accuracy accuracy,
      QuantizedModel model,
      Design design,
      RtlVerification verification) {
    VerificationSummary summary =
        VerificationSummary.of(verification, model, design.compiled(), OptionalLong.empty());
    Report report =
        new Report(
            summary.bitExact(),
            summary.images(),
            floatAccuracy.top1Rate(),
            accuracy.top1Rate(),
            accuracy.labelled(),
            summary.cyclesPerImage(),
            summary.macUtilization(),
            design.compiled().bufferBytes(),
            summary.elements(),
            summary.problems());
    Path file = out.resolve("report.json");
    JsonOption.write(report, file);

    PrintWriter writer = spec.commandLine().getOut();
    DesignSummary designSummary = DesignSummary.of(design);
    designSummary.print(writer);
    new ConsoleTable("Result")
        .row(
            "accuracy, float",
            "%.2f %% of %,d images",
            100 * report.accuracyFloat(),
            report.accuracyImages())
        .row("accuracy, integer", "%.2f %%", 100 * report.accuracyQuantized())
        .row(
            "RTL bit-exact",
            "%s: %d images, %,d tensor elements compared",
            report.bitExact() ? "yes" : "NO",
            report.images(),
            report.elementsCompared())
        .row("cycles per image", "%,.0f", report.cyclesPerImage())
        .row("MAC-array utilization", "%.1f %%", 100 * report.macUtilization())
        .row("on-chip memory", "%,.1f KiB", report.onChipBytes() / 1024.0)
        .print(writer);
    summary.problems().forEach(writer::println);
    List<String> artifacts = new ArrayList<>();
    artifacts.add(out.resolve("model") + "  model.json, weights.safetensors");
    artifacts.addAll(designSummary.artifacts());
    artifacts.add(file.toString());
    writer.println();
    writer.println("Artifacts");
    artifacts.forEach(a -> writer.println("  " + a));
    writer.flush();
    return report.bitExact() ? 0 : 1;
  }
}
