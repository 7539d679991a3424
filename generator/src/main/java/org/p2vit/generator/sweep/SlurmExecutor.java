package org.p2vit.generator.sweep;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.p2vit.model.InputException;
import org.p2vit.model.io.AtomicFiles;
import org.p2vit.quantize.Progress;

/**
 * Measures points as jobs of a Slurm array over a folder that all nodes share. Jobs that end
 * without a result (killed, node lost) are submitted again.
 */
public final class SlurmExecutor implements Executor {
  /** Times that a point is tried. */
  private static final int ATTEMPTS = 3;

  private static final long POLL_MILLIS = 2000;
  private static final String FOLDERS = "slurm-points.txt";
  private static final String SCRIPT = "slurm-array.sh";

  private final SlurmClient slurm;
  private final Path directory;
  private final List<String> command;

  /**
   * On the cluster that this machine is configured for.
   *
   * @param directory shared; gets the array's script and logs
   * @param command to be run on a node, with a point's folder behind it
   */
  public SlurmExecutor(Path directory, List<String> command) {
    this(new SlurmClient(), directory, command);
  }

  SlurmExecutor(SlurmClient slurm, Path directory, List<String> command) {
    this.slurm = slurm;
    this.directory = directory;
    this.command = List.copyOf(command);
  }

  @Override
  public void run(List<Path> points, Progress progress) {
    List<Path> left = points;
    for (int attempt = 0; attempt < ATTEMPTS && !left.isEmpty(); attempt++) {
      submitAndWait(left, points, progress);
      left = left.stream().filter(p -> Measurement.read(p).isEmpty()).toList();
    }
    for (Path lost : left) {
      Measurement.failed(
              lost.getFileName().toString(),
              "its Slurm job ended %d times without a result; logs in %s"
                  .formatted(ATTEMPTS, directory))
          .write(lost);
    }
  }

  private void submitAndWait(List<Path> left, List<Path> all, Progress progress) {
    // Failures of an earlier run are not results of this one.
    left.forEach(Measurement::forget);
    String folders =
        left.stream().map(p -> p.toAbsolutePath().toString()).collect(Collectors.joining("\n"));
    AtomicFiles.write(directory, Map.of(FOLDERS, bytes(folders + "\n"), SCRIPT, bytes(script())));
    String job = slurm.submit(directory.resolve(SCRIPT).toAbsolutePath(), left.size(), directory);
    Thread cancel = new Thread(() -> slurm.cancel(job));
    Runtime.getRuntime().addShutdownHook(cancel);
    try {
      while (!slurm.alive(job).isEmpty()) {
        report(all, progress);
        Thread.sleep(POLL_MILLIS);
      }
      report(all, progress);
    } catch (InterruptedException e) {
      slurm.cancel(job);
      Thread.currentThread().interrupt();
      throw new InputException("the sweep was interrupted; its jobs are cancelled", e);
    } finally {
      Runtime.getRuntime().removeShutdownHook(cancel);
    }
  }

  private static void report(List<Path> all, Progress progress) {
    long done = all.stream().filter(p -> Measurement.read(p).isPresent()).count();
    progress.at("measuring", (int) done, all.size());
  }

  private String script() {
    String words = command.stream().map(SlurmExecutor::quoted).collect(Collectors.joining(" "));
    return """
        #!/bin/sh
        point=$(sed -n "$((SLURM_ARRAY_TASK_ID + 1))p" %s)
        exec %s "$point"
        """
        .formatted(quoted(directory.resolve(FOLDERS).toAbsolutePath().toString()), words);
  }

  private static String quoted(String word) {
    return "'" + word.replace("'", "'\\''") + "'";
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
