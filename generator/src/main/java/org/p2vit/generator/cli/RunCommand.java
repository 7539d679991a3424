package org.p2vit.generator.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.p2vit.generator.Accuracy;
import org.p2vit.generator.TensorDump;
import org.p2vit.image.ImageSource;
import org.p2vit.model.InputException;
import org.p2vit.model.QuantizedModel;
import org.p2vit.model.VitShape;
import org.p2vit.onnx.FloatReference;
import org.p2vit.onnx.FloatVit;
import org.p2vit.onnx.OnnxVitImporter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code p2vit run}. */
@Command(
    name = "run",
    description =
        "Runs the golden integer model on images: predictions, and accuracy where there are labels.",
    sortOptions = false)
final class RunCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Mixin private ModelParameter model;

  @Mixin private ImageOptions images;

  @Option(
      names = "--dump-tensors",
      paramLabel = "DIR",
      description = "Also write every tensor of every image: DIR/image-N.safetensors.")
  private Path dump;

  @Option(
      names = "--float",
      paramLabel = "MODEL.onnx",
      description = "Also run the float model on the same images, for comparison.")
  private Path onnx;

  @Mixin private JsonOption json;

  /**
   * The result for machines.
   *
   * @param golden of the integer model
   * @param floating of the float model, null if not asked for
   * @param agreement share of images with the same prediction, null if not asked for
   */
  record Result(Accuracy golden, Accuracy floating, Double agreement) {
    static Result of(Accuracy golden, Accuracy floating) {
      if (floating == null) {
        return new Result(golden, null, null);
      }
      int[] a = golden.predictions();
      int[] b = floating.predictions();
      long same = IntStream.range(0, a.length).filter(i -> a[i] == b[i]).count();
      return new Result(golden, floating, (double) same / a.length);
    }
  }

  @Override
  public Integer call() throws Exception {
    QuantizedModel model = this.model.read();
    ImageSource source = images.open(model.shape());
    FloatVit vit = onnx == null ? null : floatModel(model.shape());
    Accuracy accuracy;
    Accuracy floating = null;
    try (ProgressLine progress = new ProgressLine()) {
      accuracy =
          Accuracy.of(model, source, (done, total) -> progress.at("golden model", done, total));
      if (vit != null) {
        try (FloatReference reference = FloatReference.open(onnx, vit, List.of())) {
          floating =
              Accuracy.of(
                  reference,
                  model.preprocessing(),
                  source,
                  (done, total) -> progress.at("float model", done, total));
        }
      }
      if (dump != null) {
        TensorDump.write(
            model, source, dump, (done, total) -> progress.at("dump tensors", done, total));
      }
    }
    PrintWriter out = spec.commandLine().getOut();
    if (source.count() <= 20) {
      for (int i = 0; i < source.count(); i++) {
        out.printf("%s: class %d%n", source.image(i).name(), accuracy.predictions()[i]);
      }
    }
    ConsoleTable table =
        new ConsoleTable("Golden model " + model.name()).row("images", "%d", accuracy.images());
    rates(table, "integer", accuracy);
    Result result = Result.of(accuracy, floating);
    if (floating != null) {
      rates(table, "float", floating);
      table.row("same prediction", "%.2f %%", 100 * result.agreement());
    }
    if (dump != null) {
      table.row("tensors", "%s", dump);
    }
    table.print(out);
    json.write(result);
    return 0;
  }

  /**
   * @throws InputException if it takes other images, or has other classes
   */
  private FloatVit floatModel(VitShape shape) {
    FloatVit vit = OnnxVitImporter.read(onnx);
    String found = describe(vit.shape());
    String expected = describe(shape);
    if (!found.equals(expected)) {
      throw new InputException(
          "--float %s has %s; the integer model has %s".formatted(onnx, found, expected));
    }
    return vit;
  }

  private static String describe(VitShape s) {
    return "%d x %d x %d images (width, height, channels), %d classes"
        .formatted(s.imageWidth(), s.imageHeight(), s.imageChannels(), s.classes());
  }

  private static void rates(ConsoleTable table, String which, Accuracy accuracy) {
    if (accuracy.labelled() == 0) {
      table.row("accuracy, " + which, "no labels given");
      return;
    }
    table.row("top-1, " + which, "%.2f %%", 100 * accuracy.top1Rate());
    if (accuracy.classes() > 10) {
      table.row("top-5, " + which, "%.2f %%", 100 * accuracy.top5Rate());
    }
  }
}
