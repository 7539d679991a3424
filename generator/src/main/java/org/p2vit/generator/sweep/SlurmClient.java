package org.p2vit.generator.sweep;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.p2vit.model.InputException;

/** Slurm's commands: {@code sbatch}, {@code squeue}, {@code scancel}. */
final class SlurmClient {
  private static final String CONFIGURATION = "SLURM_CONF";

  private final Map<String, String> environment;

  /** Of the cluster that this machine is configured for. */
  SlurmClient() {
    environment = Map.of();
  }

  /**
   * @param configuration {@code slurm.conf} of a cluster
   */
  SlurmClient(Path configuration) {
    environment = Map.of(CONFIGURATION, configuration.toString());
  }

  /**
   * Submits an array of jobs.
   *
   * @param script run for each index in {@code SLURM_ARRAY_TASK_ID}
   * @param count indices from 0
   * @param log directory for what they print
   * @return the array's job id
   */
  String submit(Path script, int count, Path log) {
    String answer =
        run(
            "sbatch",
            "--parsable",
            "--job-name=p2vit-sweep",
            "--array=0-" + (count - 1),
            "--output=" + log.resolve("slurm-%A_%a.log"),
            script.toString());
    // With a cluster's name behind a semicolon, if there are several.
    return answer.strip().split(";")[0];
  }

  /** Indices of an array's jobs that wait or run. */
  Set<String> alive(String job) {
    try {
      return run("squeue", "--noheader", "--array", "--jobs=" + job, "--format=%i")
          .lines()
          .map(String::strip)
          .filter(l -> !l.isEmpty())
          .collect(Collectors.toSet());
    } catch (InputException e) {
      // Slurm forgets jobs some time after their end.
      if (e.getMessage().contains("Invalid job id")) {
        return Set.of();
      }
      throw e;
    }
  }

  void cancel(String job) {
    run("scancel", job);
  }

  private String run(String... command) {
    ProcessBuilder builder = new ProcessBuilder(List.of(command));
    builder.environment().putAll(environment);
    Process process;
    try {
      process = builder.start();
      process.getOutputStream().close();
    } catch (IOException e) {
      throw new InputException(
          command[0] + " cannot be run: it comes with the Debian package slurm-client", e);
    }
    try {
      String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      String err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
      int status = process.waitFor();
      if (status != 0) {
        throw new InputException("%s failed: %s".formatted(command[0], err.strip()));
      }
      return out;
    } catch (IOException e) {
      throw new InputException(command[0] + " failed: " + e, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InputException(command[0] + " was interrupted", e);
    }
  }
}
