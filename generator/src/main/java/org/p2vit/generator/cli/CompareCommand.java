package org.p2vit.generator.cli;

import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.p2vit.generator.TensorDump;
import org.p2vit.generator.compare.ExpectedTensors;
import org.p2vit.generator.compare.TensorComparison;
import org.p2vit.generator.verify.VerificationReport;
import org.p2vit.image.ImageSource;
import org.p2vit.image.InputCodes;
import org.p2vit.model.InputException;
import org.p2vit.model.QuantizedModel;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code p2vit compare}. */
@Command(
    name = "compare",
    description = {
      "Compares integer tensors that you computed with those of the golden model, tensor by tensor.",
      "Shows the first difference; the exit code is 1 if there is one."
    },
    sortOptions = false)
final class CompareCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Mixin private ModelParameter model;

  @Option(
      names = "--expected",
      paramLabel = "PATH",
      required = true,
      description =
          "Your tensors: a safetensors file of one image, or a folder of image-N.safetensors, N from 0, "
              + "as 'run --dump-tensors' writes. Names and shapes are those of docs/numerics.md section 2; any of "
              + "the tensors may be left out.")
  private Path expected;

  @Option(
      names = "--isolate",
      description =
          "Compute each tensor from your tensors before it, where you give them, instead of the golden "
              + "model's own: only layers that are wrong differ, not all that follow.")
  private boolean isolate;

  @ArgGroup(
      exclusive = false,
      heading =
          "The images that the tensors belong to (left out, the tensor 'input' of each file is taken):%n")
  private ImageOptions images;

  @Mixin private JsonOption json;

  @Override
  public Integer call() throws Exception {
    QuantizedModel model = this.model.read();
    List<Path> files = files();
    ImageSource source = images == null ? null : images.open(model.shape(), files.size());
    if (source != null && source.count() != files.size()) {
      throw new InputException(
          "%s has tensors of %d images, but --images selects %d"
              .formatted(expected, files.size(), source.count()));
    }
    TensorComparison comparison = new TensorComparison(model, isolate);
    List<VerificationReport> reports = new ArrayList<>();
    try (ProgressLine progress = new ProgressLine()) {
      for (int i = 0; i < files.size(); i++) {
        byte[] input =
            source == null
                ? null
                : InputCodes.of(source.image(i), model.preprocessing(), model.shape());
        reports.add(comparison.compare(ExpectedTensors.read(files.get(i), model.shape()), input));
        progress.at("compare", i + 1, files.size());
      }
    }
    ComparisonSummary summary = ComparisonSummary.of(model, files, reports, isolate);
    PrintWriter out = spec.commandLine().getOut();
    summary.print(out);
    json.write(summary);
    return summary.equal() ? 0 : 1;
  }

  /** One an image. */
  private List<Path> files() {
    if (!Files.isDirectory(expected)) {
      return List.of(expected);
    }
    List<Path> files = new ArrayList<>();
    for (Path f = TensorDump.file(expected, 0);
        Files.exists(f);
        f = TensorDump.file(expected, files.size())) {
      files.add(f);
    }
    if (files.isEmpty()) {
      throw new InputException(
          TensorDump.file(expected, 0)
              + ": there is no such file; a folder must hold the tensors of image N (from 0) as image-N.safetensors");
    }
    return files;
  }
}
