package org.p2vit.generator.verify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.p2vit.generator.compile.AccessCounts;
import org.p2vit.generator.compile.CompileOptions;
import org.p2vit.generator.compile.CompiledModel;
import org.p2vit.generator.compile.MemoryMap;
import org.p2vit.generator.compile.ModelCompiler;
import org.p2vit.generator.compile.Overlap;
import org.p2vit.generator.compile.RandomDesign;
import org.p2vit.golden.GoldenModel;
import org.p2vit.model.QuantizedModel;
import org.p2vit.model.RandomModels;
import org.p2vit.rtl.Architecture;
import org.p2vit.rtl.Chunk;
import org.p2vit.rtl.RegisterMap;
import org.p2vit.rtl.RtlEmitter;
import org.p2vit.rtl.StallCause;
import org.p2vit.verif.BuildProgress;
import org.p2vit.verif.BuildRequest;
import org.p2vit.verif.ExecutionTrace;
import org.p2vit.verif.Simulation;
import org.p2vit.verif.SimulationResult;
import org.p2vit.verif.Simulator;
import org.p2vit.verif.VerilatorBuild;

/** Whole networks on the emitted accelerator in simulation, tensor by tensor against golden. */
class RtlRunnerTest {
  private static final int DESIGNS = Integer.getInteger("p2vit.rtl.designs", 2);
  private static final long FIRST_SEED = Long.getLong("p2vit.rtl.seed", 1);
  private static final int IMAGES = 5;
  private static final List<Overlap> OTHER_OVERLAPS =
      List.of(new Overlap(false, false), new Overlap(false, true), new Overlap(true, false));

  @TempDir Path directory;

  @Test
  void randomModelsOnRandomArchitecturesAreBitExact() {
    for (long seed = FIRST_SEED; seed < FIRST_SEED + DESIGNS; seed++) {
      try {
        check(seed);
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
      }
    }
  }

  private void check(long seed) {
    RandomDesign design = RandomDesign.of(seed);
    QuantizedModel model = design.model();
    Architecture architecture = design.architecture();
    CompiledModel compiled = ModelCompiler.compile(model, architecture);
    Simulator simulator =
        Simulator.build(
            RtlEmitter.create().emit(architecture, directory.resolve("rtl" + seed)),
            architecture,
            BuildRequest.Waveform.NONE,
            new VerilatorBuild(),
            BuildProgress.NONE);
    List<byte[]> inputs = new ArrayList<>();
    for (int i = 0; i < IMAGES; i++) {
      inputs.add(RandomModels.input(seed * IMAGES + i, model.shape()));
    }
    GoldenModel golden = new GoldenModel(model);
    for (Overlap overlap : OTHER_OVERLAPS) {
      checkWith(overlap, model, golden, architecture, simulator, inputs);
    }
    Verifier verifier = new Verifier(compiled, golden);
    for (Simulation.AxiBehaviour axi :
        List.of(Simulation.AxiBehaviour.PLAIN, Simulation.AxiBehaviour.of(90, 0.5, seed))) {
      Map<Integer, VerificationReport> reports = new TreeMap<>();
      RtlRunner.Options options =
          new RtlRunner.Options(axi, 2, Optional.empty(), OptionalInt.of(32));
      new RtlRunner(compiled, MemoryMap.of(compiled, 0x1000), simulator)
          .run(
              inputs,
              options,
              RtlProgress.NONE,
              image -> {
                reports.put(
                    image.index(),
                    verifier.verify(inputs.get(image.index()), image.taps(), image.output()));
                assertEquals(image.index() == 0, image.execution().isPresent());
                image.execution().ifPresent(trace -> check(trace, compiled, image.run()));
                checkCounts(compiled, image.run());
              });
      assertEquals(IMAGES, reports.size());
      reports.forEach(
          (i, report) ->
              assertTrue(
                  report.exact(),
                  () -> "image " + i + ": " + report.summary() + "\n" + architecture));
    }
  }

  /** Programs with less overlap run on the same accelerator. */
  private static void checkWith(
      Overlap overlap,
      QuantizedModel model,
      GoldenModel golden,
      Architecture architecture,
      Simulator simulator,
      List<byte[]> inputs) {
    CompiledModel compiled =
        ModelCompiler.compile(model, architecture, CompileOptions.DEFAULT.withOverlap(overlap));
    Verifier verifier = new Verifier(compiled, golden);
    RtlRunner.Options options =
        new RtlRunner.Options(
            Simulation.AxiBehaviour.of(90, 0.5, 1), 2, Optional.empty(), OptionalInt.empty());
    List<VerificationReport> reports = new ArrayList<>();
    new RtlRunner(compiled, MemoryMap.of(compiled, 0x1000), simulator)
        .run(
            inputs.subList(0, 1),
            options,
            RtlProgress.NONE,
            image -> reports.add(verifier.verify(inputs.get(0), image.taps(), image.output())));
    assertEquals(1, reports.size());
    assertTrue(reports.get(0).exact(), () -> overlap + ": " + reports.get(0).summary());
  }

  /** What energy is estimated from is what the accelerator does. */
  private static void checkCounts(CompiledModel compiled, SimulationResult.RunResult run) {
    Architecture arch = compiled.architecture();
    AccessCounts counts = AccessCounts.of(compiled.schedule());
    assertEquals(
        run.register(RegisterMap.MATMUL_BUSY) * arch.macs(),
        counts.operations(AccessCounts.Operation.MULTIPLY_ACCUMULATE));
    int beat = arch.axi().bytes();
    assertEquals(run.register(RegisterMap.LOAD_BUSY) * beat, counts.loadedBytes());
    assertEquals(run.register(RegisterMap.STORE_BUSY) * beat, counts.storedBytes());
  }

  /** The counters as read by the host are sums of what was recorded, for every chunk and cause. */
  private static void check(
      ExecutionTrace trace, CompiledModel compiled, SimulationResult.RunResult run) {
    assertEquals(run.engineCycles(), trace.cycles());
    long idle = 0;
    for (ExecutionTrace.Idle i : trace.idle()) {
      idle += i.cycles();
    }
    assertEquals(trace.cycles(), idle + trace.busyCycles(Chunk.MATMUL));
    assertEquals(compiled.arrayCycles(), trace.busyCycles(Chunk.MATMUL));
    for (Chunk chunk : Chunk.values()) {
      assertEquals(
          run.register(RegisterMap.valueOf(chunk + "_BUSY")), trace.busyCycles(chunk), chunk::name);
    }
    for (StallCause cause : StallCause.values()) {
      assertEquals(run.register(cause.register()), trace.stallCycles(cause), cause::name);
      long stretches =
          trace.idle().stream()
              .filter(i -> i.cause().equals(Optional.of(cause)))
              .mapToLong(ExecutionTrace.Idle::cycles)
              .sum();
      assertEquals(trace.stallCycles(cause), stretches, cause::name);
    }
    List<ExecutionTrace.JobTimes> jobs = trace.jobs(compiled.program());
    assertEquals(compiled.jobs().size() - 1, jobs.size());
    for (ExecutionTrace.JobTimes job : jobs) {
      assertTrue(job.taken() < job.firstUnit(), job::toString);
      assertTrue(job.firstUnit() <= job.lastUnit(), job::toString);
      assertTrue(job.lastUnit() < trace.cycles(), job::toString);
    }
  }
}
