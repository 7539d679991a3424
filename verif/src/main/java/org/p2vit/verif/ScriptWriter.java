package org.p2vit.verif;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import org.p2vit.model.InputException;

/** Writes the script, and the files that it names, which {@code harness.cpp} executes. */
final class ScriptWriter {
  private static final String STANDARD_OUTPUT = "/dev/stdout";

  private final Path directory;
  private final int beatBytes;
  private final StringBuilder script = new StringBuilder();
  private int files;

  /**
   * @param directory an empty directory for all files
   * @param beatBytes bytes of an AXI beat
   */
  ScriptWriter(Path directory, int beatBytes) {
    this.directory = directory;
    this.beatBytes = beatBytes;
  }

  /** Where the result of save {@code index} of run {@code run} will be. */
  static Path saveFile(Path directory, int run, int index) {
    return directory.resolve("save-" + run + "-" + index);
  }

  Path write(Simulation simulation) throws IOException {
    Simulation.AxiBehaviour axi = simulation.axi();
    line("axi %d %s %d %d", axi.latency(), axi.stall(), axi.seed(), axi.outstanding());
    for (long address : axi.failingReads()) {
      line("fail-read 0x%x", address);
    }
    for (long address : axi.failingWrites()) {
      line("fail-write 0x%x", address);
    }
    line("limit %d", simulation.cycleLimit());
    if (simulation.trace().isPresent()) {
      Simulation.Trace trace = simulation.trace().get();
      String to =
          trace.to() instanceof Simulation.Trace.ToFile file ? path(file.file()) : STANDARD_OUTPUT;
      line("trace %d %d %s", trace.firstCycle(), trace.lastCycle(), to);
    }
    for (Simulation.Region region : simulation.memory()) {
      byte[] content = padded(region.content());
      String access = region.writable() ? "rw" : "ro";
      line("memory %s 0x%x %d %s", region.name(), region.base(), content.length, access);
      line("load 0x%x %s", region.base(), file(content));
    }
    for (int i = 0; i < simulation.runs().size(); i++) {
      write(simulation.runs().get(i), i);
    }
    return Files.writeString(directory.resolve("script"), script);
  }

  private void write(Simulation.Run run, int index) throws IOException {
    for (Simulation.Load load : run.loads()) {
      line("load 0x%x %s", load.address(), file(load.content()));
    }
    for (Simulation.RegisterWrite register : run.registers()) {
      line("write 0x%x 0x%x", register.register().offset(), register.value());
    }
    if (run.taps().isPresent()) {
      line("taps %s", path(Files.createDirectories(run.taps().get())));
    } else {
      line("taps-off");
    }
    if (run.execution().isPresent()) {
      Simulation.ExecutionRecording recording = run.execution().get();
      Files.createDirectories(recording.file().toAbsolutePath().getParent());
      line("execution %d %s", recording.windowCycles(), path(recording.file()));
    }
    line("run %s", run.name());
    for (int i = 0; i < run.saves().size(); i++) {
      Simulation.Save save = run.saves().get(i);
      line("save 0x%x %d %s", save.address(), save.bytes(), saveFile(directory, index, i));
    }
  }

  private Path file(byte[] content) throws IOException {
    return Files.write(directory.resolve("load-" + files++), content);
  }

  private byte[] padded(byte[] content) {
    int beats = Math.max(1, (content.length + beatBytes - 1) / beatBytes);
    return Arrays.copyOf(content, beats * beatBytes);
  }

  private static String path(Path file) {
    String path = file.toAbsolutePath().toString();
    if (path.contains("\n")) {
      throw new InputException("a line break in a file name: " + path);
    }
    return path;
  }

  private void line(String format, Object... values) {
    script.append(String.format(Locale.ROOT, format, values)).append('\n');
  }
}
