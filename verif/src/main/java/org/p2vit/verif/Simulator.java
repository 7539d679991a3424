package org.p2vit.verif;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.FutureTask;
import org.p2vit.model.InputException;
import org.p2vit.model.io.FileErrors;
import org.p2vit.model.io.Scratch;
import org.p2vit.rtl.Architecture;
import org.p2vit.rtl.EmittedRtl;
import org.p2vit.rtl.RegisterMap;

/** Runs the emitted accelerator in simulation. Immutable: any number of runs at the same time. */
public final class Simulator {
  private static final List<String> HARNESS =
      List.of(
          "harness.cpp",
          "axi_memory.h",
          "axi_memory.cpp",
          "signal.h",
          "taps.h",
          "taps.cpp",
          "execution_recorder.h",
          "execution_recorder.cpp");

  private final Path executable;
  private final int beatBytes;

  private Simulator(Path executable, int beatBytes) {
    this.executable = executable;
    this.beatBytes = beatBytes;
  }

  /**
   * Builds the simulation of an emitted accelerator, or takes it from the cache.
   *
   * @param waveform that can be written
   * @throws InputException as {@link VerilatorBuild#build}
   */
  public static Simulator build(
      EmittedRtl rtl,
      Architecture architecture,
      BuildRequest.Waveform waveform,
      VerilatorBuild build,
      BuildProgress progress) {
    BuildRequest request =
        BuildRequest.of(rtl.top(), rtl.paths())
            .withVerilog(BuildRequest.Source.of("taps.vlt", DesignHeader.publicSignals()))
            .withHarness(BuildRequest.Source.of("design.h", DesignHeader.header(architecture)))
            .withEffort(BuildRequest.Effort.FULL)
            .withWaveform(waveform);
    for (String file : HARNESS) {
      request = request.withHarness(BuildRequest.Source.resource(Simulator.class, file));
    }
    return new Simulator(build.build(request, progress), architecture.axi().bytes());
  }

  /**
   * Simulates. If the thread is interrupted or the JVM ends, so does the simulation.
   *
   * @throws SimulationException if the design breaks a rule of AXI or the simulation dies
   * @throws InputException if files cannot be written
   */
  public SimulationResult run(Simulation simulation, SimulationProgress progress) {
    try (Scratch scratch = Scratch.temporary("p2vit-sim-")) {
      Path directory = scratch.directory();
      try {
        Path result = directory.resolve("result.json");
        Path script = new ScriptWriter(directory, beatBytes).write(simulation);
        execute(
            List.of(executable.toString(), script.toString(), result.toString()),
            simulation.trace(),
            progress);
        return read(result, simulation, directory);
      } catch (IOException e) {
        throw FileErrors.cannot("write in", directory, e);
      }
    }
  }

  private static void execute(
      List<String> command, Optional<Simulation.Trace> trace, SimulationProgress progress)
      throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command);
    Simulation.Trace.ToReader reader =
        trace.isPresent() && trace.get().to() instanceof Simulation.Trace.ToReader r ? r : null;
    if (reader == null) {
      builder.redirectOutput(ProcessBuilder.Redirect.DISCARD);
    }
    List<String> messages = new ArrayList<>();
    int status;
    try (ChildProcess child = ChildProcess.start(builder);
        BufferedReader errors = child.process().errorReader()) {
      FutureTask<Void> reading =
          new FutureTask<>(() -> reader.reader().accept(child.process().getInputStream()), null);
      if (reader != null) {
        Thread thread = new Thread(reading, "waveform reader");
        thread.setDaemon(true);
        thread.start();
      }
      status =
          child.await(
              () -> {
                drain(errors, messages, progress);
                stopIfFailed(reading, child);
              });
      drain(errors, messages, progress);
      if (reader != null && messages.isEmpty()) {
        Tasks.await(reading);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InputException("the simulation was interrupted", e);
    }
    if (status == 0) {
      return;
    }
    String message = String.join("\n", messages);
    if (message.startsWith("error: ")) {
      throw new InputException("simulation: " + message.substring("error: ".length()));
    }
    throw new SimulationException(
        message.isEmpty() ? "the simulation died with status " + status : message);
  }

  /** A simulation whose reader has gone would wait for it. */
  private static void stopIfFailed(FutureTask<Void> reading, ChildProcess child) {
    if (reading.isDone()) {
      child.process().destroyForcibly();
    }
  }

  private static void drain(
      BufferedReader errors, List<String> messages, SimulationProgress progress) {
    try {
      while (errors.ready()) {
        String line = errors.readLine();
        if (line == null) {
          return;
        }
        String[] words = line.split(" ");
        if (words[0].equals("progress") && words.length == 6) {
          progress.at(
              Integer.parseInt(words[1]),
              Integer.parseInt(words[2]),
              Long.parseLong(words[3]),
              Long.parseLong(words[4]),
              Long.parseLong(words[5]));
        } else {
          messages.add(line);
        }
      }
    } catch (IOException e) {
      messages.add("the simulation's messages cannot be read: " + e);
    }
  }

  private static SimulationResult read(Path file, Simulation simulation, Path directory)
      throws IOException {
    JsonNode json = new ObjectMapper().readTree(file.toFile());
    List<SimulationResult.RunResult> runs = new ArrayList<>();
    for (JsonNode run : json.get("runs")) {
      Map<RegisterMap, Long> registers = new EnumMap<>(RegisterMap.class);
      for (Map.Entry<String, JsonNode> r : run.get("registers").properties()) {
        registers.put(RegisterMap.valueOf(r.getKey()), r.getValue().longValue());
      }
      List<byte[]> saved = new ArrayList<>();
      int index = runs.size();
      boolean interrupted = run.get("interrupted").booleanValue();
      if (interrupted) {
        for (int i = 0; i < simulation.runs().get(index).saves().size(); i++) {
          saved.add(Files.readAllBytes(ScriptWriter.saveFile(directory, index, i)));
        }
      }
      runs.add(
          new SimulationResult.RunResult(
              run.get("name").textValue(),
              interrupted,
              run.get("cycles").longValue(),
              registers,
              saved));
    }
    return new SimulationResult(
        runs,
        json.get("simulatedCycles").longValue(),
        json.get("seconds").doubleValue(),
        json.get("beatsRead").longValue(),
        json.get("beatsWritten").longValue());
  }
}
