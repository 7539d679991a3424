package org.p2vit.generator.cli;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import org.p2vit.generator.sweep.AreaCalibration;
import org.p2vit.model.InputException;
import org.p2vit.model.io.AtomicFiles;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code p2vit calibrate-area}: for those who change the templates. */
@Command(
    name = "calibrate-area",
    hidden = true,
    description =
        "Synthesizes random designs and fits the area model of 'sweep' to them (docs/sweep.md).",
    sortOptions = false)
final class CalibrateAreaCommand implements Callable<Integer> {
  private static final int LEAST = 12;

  @Spec private CommandSpec spec;

  @Option(
      names = "--designs",
      paramLabel = "N",
      defaultValue = "16",
      description = "How many (default: ${DEFAULT-VALUE}).")
  private int designs;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "Of their choice (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      required = true,
      description = "Gets area-model.json.")
  private Path out;

  @Override
  public Integer call() {
    if (designs < LEAST) {
      throw new InputException("--designs " + designs + "; at least " + LEAST + " are needed");
    }
    AreaCalibration result;
    try (ProgressLine progress = new ProgressLine()) {
      result = AreaCalibration.run(designs, seed, out.resolve("designs"), progress::at);
    }
    AtomicFiles.write(
        out, Map.of("area-model.json", result.model().getBytes(StandardCharsets.UTF_8)));
    double[] sizes = result.errors().stream().mapToDouble(Math::abs).sorted().toArray();
    PrintWriter writer = spec.commandLine().getOut();
    writer.printf(
        "%d designs, each predicted by a model of the others: error %.1f %% in the mean, %.1f %% at most%n",
        sizes.length,
        100 * result.errors().stream().mapToDouble(Math::abs).average().orElseThrow(),
        100 * sizes[sizes.length - 1]);
    writer.flush();
    return 0;
  }
}
