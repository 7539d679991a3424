package org.p2vit.generator.cycles;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.p2vit.generator.compile.CompiledModel;
import org.p2vit.generator.compile.MemoryMap;
import org.p2vit.generator.compile.ModelCompiler;
import org.p2vit.generator.compile.RandomDesign;
import org.p2vit.generator.verify.RtlProgress;
import org.p2vit.generator.verify.RtlRunner;
import org.p2vit.model.RandomModels;
import org.p2vit.rtl.Architecture;
import org.p2vit.rtl.RtlEmitter;
import org.p2vit.verif.BuildProgress;
import org.p2vit.verif.BuildRequest;
import org.p2vit.verif.ExecutionTrace;
import org.p2vit.verif.Simulation;
import org.p2vit.verif.Simulator;
import org.p2vit.verif.VerilatorBuild;

/**
 * Predicted cycles against those of the RTL, total and job by job. The designs are those of {@code
 * RtlRunnerTest}, so that both need one build of each.
 */
class RtlCyclesTest {
  /** Share of the total by which it, or the end of any job, may be off. */
  private static final double TOLERANCE = 0.001;

  /** Share of the runs, and of all jobs, that must be right to the cycle. */
  private static final double EXACT = 0.95;

  private static final int WINDOW_CYCLES = 1 << 14;

  @TempDir Path directory;
  private int runs;
  private int exactRuns;
  private int jobs;
  private int exactJobs;
  private double errors;
  private double worst;

  @Test
  void smallDesigns() {
    compare(seeds(1, 2), false, new int[] {1, 100}, new int[] {1, 2});
  }

  /** Half of them have 32 bits of AXI, all are starved at 400 cycles of latency. */
  @Test
  @Tag("large")
  void manySmallDesigns() {
    compare(seeds(1, 50), false, new int[] {30, 100, 400}, new int[] {1, 3});
  }

  /** All wait for LayerNorm, and that one for MATMUL at the residual stream. */
  @Test
  void slowLayerNorm() {
    compare(new long[] {328}, true, new int[] {1, 100}, new int[] {1});
  }

  /** Likewise. */
  @Test
  @Tag("large")
  void moreSlowLayerNorms() {
    long[] seeds = {47, 71, 141, 144, 476, 862, 1383};
    compare(seeds, true, new int[] {1, 100}, new int[] {1});
  }

  private static long[] seeds(long first, long last) {
    return LongStream.rangeClosed(first, last).toArray();
  }

  private void compare(long[] seeds, boolean slowLayerNorm, int[] latencies, int[] images) {
    for (long seed : seeds) {
      RandomDesign design =
          slowLayerNorm ? RandomDesign.withSlowLayerNorm(seed) : RandomDesign.of(seed);
      Architecture arch = design.architecture();
      Simulator simulator =
          Simulator.build(
              RtlEmitter.create().emit(arch, directory.resolve("rtl" + seed)),
              arch,
              BuildRequest.Waveform.NONE,
              new VerilatorBuild(),
              BuildProgress.NONE);
      for (int count : images) {
        CompiledModel compiled = ModelCompiler.compile(design.model(), arch, count);
        for (int latency : latencies) {
          ExecutionTrace trace = simulate(compiled, simulator, latency);
          compare(
              "seed %d, %d images, latency %d".formatted(seed, count, latency),
              compiled,
              latency,
              trace);
        }
      }
    }
    System.out.printf(
        Locale.ROOT,
        "%d runs, %d exact, mean error %.4f %%, worst %.4f %%; %d of %d jobs exact%n",
        runs,
        exactRuns,
        100 * errors / runs,
        100 * worst,
        exactJobs,
        jobs);
    assertTrue(exactRuns >= EXACT * runs, exactRuns + " of " + runs + " runs are exact");
    assertTrue(exactJobs >= EXACT * jobs, exactJobs + " of " + jobs + " jobs are exact");
  }

  private static ExecutionTrace simulate(CompiledModel compiled, Simulator simulator, int latency) {
    List<byte[]> inputs = new ArrayList<>();
    for (int i = 0; i < compiled.images(); i++) {
      inputs.add(RandomModels.input(i, compiled.shape()));
    }
    RtlRunner.Options options =
        new RtlRunner.Options(
            Simulation.AxiBehaviour.of(latency, 0, 1),
            1,
            Optional.empty(),
            OptionalInt.of(WINDOW_CYCLES));
    List<ExecutionTrace> traces = new ArrayList<>();
    new RtlRunner(compiled, MemoryMap.of(compiled, 0x1000), simulator)
        .run(
            inputs,
            options,
            RtlProgress.NONE,
            start -> traces.add(start.execution().orElseThrow()));
    return traces.get(0);
  }

  private void compare(String run, CompiledModel compiled, int latency, ExecutionTrace trace) {
    CyclePrediction p =
        CycleModel.predict(compiled.program(), compiled.architecture(), new MemoryTiming(latency));
    double error = (double) (p.total() - trace.cycles()) / trace.cycles();
    List<ExecutionTrace.JobTimes> measured = trace.jobs(compiled.program());
    assertEquals(measured.size(), p.jobs().size(), run);
    int exact = 0;
    for (int i = 0; i < measured.size(); i++) {
      long off = p.jobs().get(i).lastDone() - measured.get(i).lastUnit();
      exact += off == 0 ? 1 : 0;
      ExecutionTrace.JobTimes job = measured.get(i);
      assertTrue(
          Math.abs(off) <= TOLERANCE * trace.cycles(),
          () -> "%s: %s ends %d cycles off".formatted(run, job, off));
    }
    assertTrue(
        Math.abs(error) <= TOLERANCE,
        () -> "%s: %d cycles predicted, %d taken".formatted(run, p.total(), trace.cycles()));
    runs++;
    exactRuns += error == 0 ? 1 : 0;
    jobs += measured.size();
    exactJobs += exact;
    errors += Math.abs(error);
    worst = Math.max(worst, Math.abs(error));
  }
}
