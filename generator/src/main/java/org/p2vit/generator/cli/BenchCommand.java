package org.p2vit.generator.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.p2vit.generator.bench.Benchmarks;
import org.p2vit.model.InputException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code p2vit bench}. */
@Command(
    name = "bench",
    description = {
      "Measures the tables of docs/benchmarks.md: whole images of DeiT-Tiny, -Small and -Base in RTL, and more.",
      "Takes an hour on 2 cores; interrupted, it goes on with the measurement that was not finished."
    },
    sortOptions = false)
final class BenchCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Option(
      names = "--document",
      paramLabel = "FILE.md",
      defaultValue = "docs/benchmarks.md",
      description = "Where the tables are replaced (default: ${DEFAULT-VALUE}).")
  private Path document;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description =
          "Folder with vit-tiny-p16-224.onnx and photos/; without it DeiT-Tiny has random weights, as the others.")
  private Path data;

  @Option(
      names = "--work",
      paramLabel = "DIR",
      defaultValue = "build/bench",
      description = "Keeps designs and measurements (default: ${DEFAULT-VALUE}).")
  private Path work;

  @Option(
      names = "--tables",
      paramLabel = "NAME",
      split = ",",
      description = "Only some of ${COMPLETION-CANDIDATES}.")
  private List<Benchmarks.Table> tables;

  @Override
  public Integer call() {
    if (tables == null) {
      tables = List.of(Benchmarks.Table.values());
    } else if (data == null && tables.contains(Benchmarks.Table.GOLDEN_SPEED)) {
      throw new InputException("--tables golden_speed needs --data, a trained model");
    }
    try (ProgressLine progress = new ProgressLine()) {
      new Benchmarks(Optional.ofNullable(data), work, new Listener(progress)).run(tables, document);
    }
    PrintWriter out = spec.commandLine().getOut();
    out.println("written: " + document);
    return 0;
  }

  private record Listener(VerificationProgress verification, ProgressLine line)
      implements Benchmarks.Listener {
    Listener(ProgressLine line) {
      this(new VerificationProgress(line), line);
    }

    @Override
    public void at(String step, int done, int total) {
      verification.at(step, done, total);
    }

    @Override
    public void at(double imagesDone, int images, long cyclesPerSecond) {
      verification.at(imagesDone, images, cyclesPerSecond);
    }
  }
}
