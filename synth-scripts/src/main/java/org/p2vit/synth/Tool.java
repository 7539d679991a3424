package org.p2vit.synth;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.p2vit.model.InputException;
import org.p2vit.verif.ChildProcess;

/**
 * An external program.
 *
 * @param command name on the path, or a file
 * @param installation what to do where it is missing, for example {@code sudo apt-get install
 *     yosys}
 */
public record Tool(String command, String installation) {

  /** One that a Debian package brings. */
  public static Tool ofDebian(String command, String debianPackage) {
    return new Tool(
        command,
        "it comes with the Debian package "
            + debianPackage
            + ": sudo apt-get install "
            + debianPackage);
  }

  /**
   * Runs it to its end, all it says in a log. It does not outlive us.
   *
   * @param log is added to
   * @throws InputException if it is missing, fails, or takes longer than allowed; the message names
   *     the log
   */
  public void run(List<String> arguments, Path directory, Path log, Duration atMost) {
    run(arguments, Map.of(), directory, log, atMost, () -> {});
  }

  /**
   * The same.
   *
   * @param environment variables that are added to ours
   * @param tick called about five times a second
   */
  public void run(
      List<String> arguments,
      Map<String, String> environment,
      Path directory,
      Path log,
      Duration atMost,
      Runnable tick) {
    List<String> words = new ArrayList<>(List.of(command));
    words.addAll(arguments);
    ProcessBuilder builder =
        new ProcessBuilder(words)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    builder.environment().put("LC_ALL", "C");
    builder.environment().putAll(environment);
    long deadline = System.nanoTime() + atMost.toNanos();
    int status;
    try (ChildProcess child = start(builder)) {
      child.process().getOutputStream().close();
      status =
          child.await(
              () -> {
                tick.run();
                stopAfter(deadline, child);
              });
    } catch (IOException e) {
      throw new InputException("cannot run " + command + ": " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InputException(name() + " was interrupted; log: " + log, e);
    }
    if (System.nanoTime() > deadline && status != 0) {
      throw new InputException(
          String.format(
              Locale.ROOT, "%s took longer than %s s; log: %s", name(), atMost.toSeconds(), log));
    }
    if (status != 0) {
      throw new InputException(
          String.format(
              Locale.ROOT,
              "%s failed (exit status %d): %s%nlog: %s",
              name(),
              status,
              firstError(log),
              log));
    }
  }

  /**
   * @throws InputException if it is not on the path
   */
  public void checkInstalled() {
    String path = System.getenv("PATH");
    boolean found =
        Arrays.stream((path == null ? "" : path).split(File.pathSeparator))
            .anyMatch(d -> Files.isExecutable(Path.of(d).resolve(command)));
    if (!found) {
      throw missing(null);
    }
  }

  private InputException missing(IOException e) {
    return new InputException(command + " cannot be run; " + installation, e);
  }

  private ChildProcess start(ProcessBuilder builder) {
    try {
      return ChildProcess.start(builder);
    } catch (IOException e) {
      throw missing(e);
    }
  }

  private static void stopAfter(long deadline, ChildProcess child) {
    if (System.nanoTime() > deadline) {
      // The tool before its children: without these it might end as if all were done.
      List<ProcessHandle> children = child.process().descendants().toList();
      child.process().destroyForcibly();
      children.forEach(ProcessHandle::destroyForcibly);
    }
  }

  private String name() {
    return Path.of(command).getFileName().toString();
  }

  /** The first line that speaks of an error, or the last of all. */
  private static String firstError(Path log) {
    try (Stream<String> lines = Files.lines(log, StandardCharsets.ISO_8859_1)) {
      List<String> said = lines.filter(l -> !l.isBlank()).toList();
      return said.stream()
          .filter(l -> l.toLowerCase(Locale.ROOT).contains("error"))
          .findFirst()
          .orElse(said.isEmpty() ? "it said nothing" : said.get(said.size() - 1))
          .strip();
    } catch (IOException e) {
      return "no log";
    }
  }
}
