package org.p2vit.generator.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.p2vit.generator.Accuracy;
import org.p2vit.generator.TensorDump;
import org.p2vit.image.ImageSource;
import org.p2vit.model.QuantizedModel;
import org.p2vit.model.io.ModelFiles;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code p2vit run}. */
@Command(
    name = "run",
    description =
        "Runs the golden integer model on images: predictions, and accuracy where there are labels.",
    sortOptions = false)
final class RunCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Parameters(
      paramLabel = "MODEL",
      description = "Folder that 'quantize' wrote, or its model.json.")
  private Path path;

  @Mixin private ImageOptions images;

  @Option(
      names = "--dump-tensors",
      paramLabel = "DIR",
      description = "Also write every tensor of every image: DIR/image-N.safetensors.")
  private Path dump;

  @Mixin private JsonOption json;

  @Override
  public Integer call() throws Exception {
    QuantizedModel model = ModelFiles.read(path);
    ImageSource source = images.open(model.shape());
    Accuracy accuracy;
    try (ProgressLine progress = new ProgressLine()) {
      accuracy =
          Accuracy.of(model, source, (done, total) -> progress.at("golden model", done, total));
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
    if (accuracy.labelled() > 0) {
      table.row("top-1", "%.2f %%", 100 * accuracy.top1Rate());
      if (model.shape().classes() > 10) {
        table.row("top-5", "%.2f %%", 100 * accuracy.top5Rate());
      }
    } else {
      table.row("accuracy", "no labels given");
    }
    if (dump != null) {
      table.row("tensors", "%s", dump);
    }
    table.print(out);
    json.write(accuracy);
    return 0;
  }
}
