package org.p2vit.generator.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.p2vit.generator.energy.EnergyCosts;
import org.p2vit.generator.sweep.Executor;
import org.p2vit.generator.sweep.LocalExecutor;
import org.p2vit.generator.sweep.Measurement;
import org.p2vit.generator.sweep.Objective;
import org.p2vit.generator.sweep.PredictedPoint;
import org.p2vit.generator.sweep.SlurmExecutor;
import org.p2vit.generator.sweep.Sweep;
import org.p2vit.generator.sweep.SweepReport;
import org.p2vit.generator.sweep.SweepSpace;
import org.p2vit.model.InputException;
import org.p2vit.model.QuantizedModel;
import org.p2vit.model.io.ModelFiles;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code p2vit sweep}. */
@Command(
    name = "sweep",
    description =
        "Predicts every design of a space, finds the Pareto front, and builds, simulates and synthesizes the front's points.",
    sortOptions = false)
final class SweepCommand implements Callable<Integer> {

  /** Why combinations are not possible: so many reasons are printed, all are in the JSON. */
  private static final int NAMED_REASONS = 6;

  @Spec private CommandSpec spec;

  @Parameters(index = "0", paramLabel = "SPACE.json", description = "See docs/sweep.md.")
  private Path space;

  @Parameters(
      index = "1..*",
      arity = "1..*",
      paramLabel = "MODEL",
      description = "Folders that 'quantize' wrote, such as one a bit-width.")
  private List<Path> paths;

  @Option(
      names = "--objectives",
      paramLabel = "NAME",
      split = ",",
      defaultValue = "cycles,luts",
      description =
          "What the front has least of: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  private List<Objective> objectives;

  @Option(
      names = "--predict-only",
      description = "Build nothing: predicted points and their front only.")
  private boolean predictOnly;

  @Option(
      names = "--jobs",
      paramLabel = "N",
      description = "Points that are measured at once (default: one a core).")
  private int jobs = Runtime.getRuntime().availableProcessors();

  /** Where points are measured. */
  private enum ExecutorName {
    LOCAL,
    SLURM
  }

  @Option(
      names = "--executor",
      paramLabel = "NAME",
      defaultValue = "local",
      description =
          "local: on this machine. slurm: as job arrays; --out and this program must be in folders that all nodes share (default: ${DEFAULT-VALUE}).")
  private ExecutorName executor;

  @Mixin private CostsOption costs;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      required = true,
      description = "Gets the results; a sweep that was stopped goes on from there.")
  private Path out;

  @Override
  public Integer call() {
    if (jobs < 1) {
      throw new InputException("--jobs " + jobs + " is not possible; at least 1");
    }
    Map<String, Path> files = names(paths);
    Map<String, QuantizedModel> models = new LinkedHashMap<>();
    files.forEach((name, file) -> models.put(name, ModelFiles.read(file)));
    EnergyCosts each = costs.read();
    Sweep sweep;
    try (ProgressLine progress = new ProgressLine()) {
      sweep = Sweep.predict(SweepSpace.read(space), models, objectives, each, progress::at);
      if (!predictOnly) {
        sweep = sweep.measure(files, out, executor(), progress::at);
      }
    }
    JsonOption.write(sweep, out.resolve("sweep.json"));
    Path report = SweepReport.write(sweep, objectives, models, each, out);
    print(sweep, report);
    return sweep.measurements().stream().allMatch(m -> m.done() && m.exact()) ? 0 : 1;
  }

  private Executor executor() {
    if (executor == ExecutorName.LOCAL) {
      return new LocalExecutor(jobs);
    }
    // The program that is running here, on a node.
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    List<String> command =
        List.of(
            java,
            "-cp",
            System.getProperty("java.class.path"),
            P2vitCommand.class.getName(),
            "sweep-point");
    return new SlurmExecutor(out, command);
  }

  /** Models by the shortest names that tell them apart. */
  private static Map<String, Path> names(List<Path> paths) {
    Map<String, Path> models = new LinkedHashMap<>();
    for (Path path : paths) {
      Path file = path.toAbsolutePath().normalize();
      String name = file.getFileName().toString();
      if (models.putIfAbsent(name, file) != null) {
        throw new InputException("two models are called " + name + "; folders must differ in name");
      }
    }
    return models;
  }

  private void print(Sweep sweep, Path report) {
    PrintWriter writer = spec.commandLine().getOut();
    ConsoleTable table =
        new ConsoleTable(
            "Pareto front, %d of %,d designs"
                .formatted(sweep.front().size(), sweep.predicted().size()));
    Map<String, PredictedPoint> byId = new LinkedHashMap<>();
    sweep.predicted().forEach(p -> byId.put(p.id(), p));
    Map<String, Measurement> measured = new LinkedHashMap<>();
    sweep.measurements().forEach(m -> measured.put(m.id(), m));
    for (String id : sweep.front()) {
      PredictedPoint p = byId.get(id);
      table.row(
          id,
          "%s %-9s %,11d cycles %5.1f %% %,9d LUTs %,7.0f KiB %,10.1f uJ%s",
          p.point().model(),
          p.point().array(),
          p.cycles(),
          100 * p.utilization(),
          p.luts(),
          p.memoryBytes() / 1024.0,
          p.microjoules(),
          result(measured.get(id), p));
    }
    table.print(writer);
    int refused = sweep.refused().values().stream().mapToInt(n -> n).sum();
    if (refused > 0) {
      writer.printf("%n%,d combinations are not possible:%n", refused);
      sweep.refused().entrySet().stream()
          .sorted(Map.Entry.<String, Integer>comparingByValue().reversed())
          .limit(NAMED_REASONS)
          .forEach(e -> writer.printf("  %,8d  %s%n", e.getValue(), e.getKey()));
      int others = sweep.refused().size() - NAMED_REASONS;
      if (others > 0) {
        writer.printf("            and for %d other reasons%n", others);
      }
    }
    writer.printf("%nwritten: %s, %s%n", out.resolve("sweep.json"), report);
    writer.flush();
  }

  private static String result(Measurement m, PredictedPoint p) {
    if (m == null) {
      return "";
    }
    if (!m.done()) {
      return "  failed: " + m.error();
    }
    return "  RTL %,d (%+.3f %%)%s"
        .formatted(
            m.cycles(), 100.0 * p.cycles() / m.cycles() - 100, m.exact() ? "" : ", NOT bit-exact");
  }
}
