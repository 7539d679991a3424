package org.p2vit.verif.engine;

import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.p2vit.rtl.Architecture;
import org.p2vit.rtl.EmittedRtl;
import org.p2vit.rtl.RegisterMap;
import org.p2vit.rtl.RtlEmitter;
import org.p2vit.rtl.job.Job;
import org.p2vit.rtl.job.JobFormat;
import org.p2vit.verif.BuildProgress;
import org.p2vit.verif.BuildRequest;
import org.p2vit.verif.Simulation;
import org.p2vit.verif.SimulationProgress;
import org.p2vit.verif.SimulationResult;
import org.p2vit.verif.Simulator;
import org.p2vit.verif.VerilatorBuild;

/**
 * The smallest whole accelerator, in simulation, with three pieces of memory; for tests of what
 * lies around the compute chunks.
 */
final class Engine {
  static final Architecture ARCHITECTURE =
      new Architecture(
          2,
          4,
          8,
          8,
          1,
          4,
          4,
          16,
          7,
          64,
          64,
          16,
          2,
          new Architecture.Axi(64, 40, 16, 4),
          new Architecture.Buffers(64, 64, 128, 16, 2, 4, 2, 4, 16, 16));
  static final int BEAT = ARCHITECTURE.axi().bytes();
  static final int RESIDUAL_WORDS = ARCHITECTURE.buffers().residualWords();

  /** Bytes of a RESIDUAL word. */
  static final int WORD = ARCHITECTURE.requantLanes() * 2;

  // Far apart, above 4 GiB, and not on page boundaries.
  static final long PROGRAM = 0x12_0000_0040L;
  static final long MODEL = 0x34_0001_0108L;
  static final long INPUT = 0x56_0002_0ff0L;
  static final long OUTPUT = 0x78_0003_0f08L;
  static final int OUTPUT_BYTES = 0x3000;
  static final int WATCHDOG_CYCLES = 2000;

  private final Simulator simulator;
  private final byte[] model;
  private final byte[] input;

  private Engine(Simulator simulator) {
    this.simulator = simulator;
    Random random = new Random(1);
    model = new byte[0x4000];
    input = new byte[0x4000];
    random.nextBytes(model);
    random.nextBytes(input);
  }

  static Engine build(Path directory) {
    EmittedRtl rtl = RtlEmitter.create().emit(ARCHITECTURE, directory);
    return new Engine(
        Simulator.build(
            rtl,
            ARCHITECTURE,
            BuildRequest.Waveform.NONE,
            new VerilatorBuild(),
            BuildProgress.NONE));
  }

  byte[] model() {
    return model;
  }

  byte[] input() {
    return input;
  }

  /** What the output region holds before a run. */
  static byte[] untouched() {
    byte[] bytes = new byte[OUTPUT_BYTES];
    java.util.Arrays.fill(bytes, (byte) 0x5a);
    return bytes;
  }

  /** A program that one run executes. */
  static byte[] program(Job... jobs) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (Job job : jobs) {
      bytes.writeBytes(JobFormat.encode(job));
    }
    return bytes.toByteArray();
  }

  /** Runs programs one after the other; each finds the output region untouched. */
  SimulationResult run(Simulation.AxiBehaviour axi, byte[]... programs) {
    return run(axi, Optional.empty(), programs);
  }

  /** Runs a program and records what each chunk does. */
  SimulationResult.RunResult record(
      Simulation.AxiBehaviour axi, Simulation.ExecutionRecording recording, byte[] program) {
    return run(axi, Optional.of(recording), program).runs().get(0);
  }

  private SimulationResult run(
      Simulation.AxiBehaviour axi,
      Optional<Simulation.ExecutionRecording> recording,
      byte[]... programs) {
    int longest = 0;
    List<Simulation.Run> runs = new ArrayList<>();
    for (byte[] program : programs) {
      longest = Math.max(longest, program.length);
      runs.add(run("run" + runs.size(), program, recording));
    }
    List<Simulation.Region> memory =
        List.of(
            new Simulation.Region("program", PROGRAM, new byte[longest], false),
            new Simulation.Region("model", MODEL, model, false),
            new Simulation.Region("input", INPUT, input, false),
            new Simulation.Region("output", OUTPUT, untouched(), true));
    return simulator.run(
        new Simulation(memory, runs, axi, 200_000, Optional.empty()), SimulationProgress.NONE);
  }

  private static Simulation.Run run(
      String name, byte[] program, Optional<Simulation.ExecutionRecording> recording) {
    List<Simulation.RegisterWrite> registers = new ArrayList<>();
    registers.addAll(address(RegisterMap.PROGRAM_LOW, RegisterMap.PROGRAM_HIGH, PROGRAM));
    registers.addAll(address(RegisterMap.MODEL_LOW, RegisterMap.MODEL_HIGH, MODEL));
    registers.addAll(address(RegisterMap.INPUT_LOW, RegisterMap.INPUT_HIGH, INPUT));
    registers.addAll(address(RegisterMap.OUTPUT_LOW, RegisterMap.OUTPUT_HIGH, OUTPUT));
    registers.add(new Simulation.RegisterWrite(RegisterMap.OUTPUT_BYTES, OUTPUT_BYTES));
    registers.add(new Simulation.RegisterWrite(RegisterMap.WATCHDOG, WATCHDOG_CYCLES));
    registers.add(new Simulation.RegisterWrite(RegisterMap.IRQ_ENABLE, 1));
    return new Simulation.Run(
        name,
        List.of(new Simulation.Load(PROGRAM, program), new Simulation.Load(OUTPUT, untouched())),
        registers,
        List.of(new Simulation.Save(OUTPUT, OUTPUT_BYTES)),
        Optional.empty(),
        recording);
  }

  private static List<Simulation.RegisterWrite> address(
      RegisterMap low, RegisterMap high, long value) {
    return Simulation.RegisterWrite.address(low, high, value);
  }
}
