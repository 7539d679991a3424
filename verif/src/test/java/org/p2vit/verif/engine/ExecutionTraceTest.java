package org.p2vit.verif.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.p2vit.model.InputException;
import org.p2vit.rtl.Chunk;
import org.p2vit.rtl.RegisterMap;
import org.p2vit.rtl.StallCause;
import org.p2vit.rtl.job.EndJob;
import org.p2vit.rtl.job.Job;
import org.p2vit.rtl.job.LoadJob;
import org.p2vit.rtl.job.MatMulJob;
import org.p2vit.rtl.job.StoreJob;
import org.p2vit.rtl.job.Wait;
import org.p2vit.verif.ExecutionTrace;
import org.p2vit.verif.ExecutionTrace.Idle;
import org.p2vit.verif.ExecutionTrace.JobTimes;
import org.p2vit.verif.Simulation.AxiBehaviour;
import org.p2vit.verif.Simulation.ExecutionRecording;
import org.p2vit.verif.SimulationResult.RunResult;

/** The execution trace of programs of which it is known what they do. */
class ExecutionTraceTest {
  private static final int UNITS = 12;
  private static final int UNIT_BEATS = 5;
  private static final int ROW_BLOCKS = 3;
  private static final int TILES = 2;
  private static final int DEPTH_WORDS = 4;

  // MATMUL waits for half of what LOAD brings, row by row; STORE for MATMUL.
  private static final List<Job> PROGRAM =
      List.of(
          load(0, 2),
          load(8, UNITS),
          matmul(Wait.untilPerRow(Chunk.LOAD, UNITS / 2)),
          store(Wait.until(Chunk.MATMUL, ROW_BLOCKS)),
          matmul(Wait.until(Chunk.STORE, 1)),
          store(Wait.until(Chunk.MATMUL, 2 * ROW_BLOCKS)),
          new EndJob(List.of(Wait.until(Chunk.STORE, 2))));

  @TempDir static Path directory;
  private static Engine engine;

  @BeforeAll
  static void build() {
    engine = Engine.build(directory);
  }

  private record Traced(RunResult run, ExecutionTrace trace) {}

  private static Traced run(AxiBehaviour axi, int windowCycles) {
    Path file = directory.resolve("traces").resolve("execution.bin");
    byte[] program = Engine.program(PROGRAM.toArray(Job[]::new));
    RunResult run = engine.record(axi, new ExecutionRecording(file, windowCycles), program);
    assertTrue(run.done(), run.outcome());
    return new Traced(run, ExecutionTrace.read(file));
  }

  @Test
  void jobsAreTakenAndCompletedInProgramOrder() {
    ExecutionTrace trace = run(AxiBehaviour.of(25, 0.2, 4), 64).trace();
    List<JobTimes> jobs = trace.jobs(PROGRAM);
    assertEquals(PROGRAM.subList(0, 6), jobs.stream().map(JobTimes::job).toList());
    long[] lastUnit = new long[Chunk.values().length];
    for (JobTimes j : jobs) {
      assertTrue(j.taken() < j.firstUnit() && j.firstUnit() <= j.lastUnit(), j::toString);
      assertTrue(j.lastUnit() < trace.cycles(), j::toString);
      assertTrue(j.firstUnit() > lastUnit[j.chunk().ordinal()], j::toString);
      lastUnit[j.chunk().ordinal()] = j.lastUnit();
    }
    assertTrue(jobs.get(3).firstUnit() > jobs.get(2).lastUnit(), "STORE waits for MATMUL");
    assertTrue(jobs.get(4).firstUnit() > jobs.get(3).lastUnit(), "MATMUL waits for STORE");
    assertEquals(2 + UNITS, trace.completed().get(Chunk.LOAD).length);
    assertEquals(2 * ROW_BLOCKS, trace.completed().get(Chunk.MATMUL).length);
    assertEquals(0, trace.completed().get(Chunk.SOFTMAX).length);
    for (long[] cycles : trace.completed().values()) {
      for (int i = 1; i < cycles.length; i++) {
        assertTrue(cycles[i] > cycles[i - 1], Arrays.toString(cycles));
      }
    }
  }

  @Test
  void windowsAndStretchesAddUpToTheCounters() {
    for (int window : new int[] {1, 7, 64, 60_000}) {
      Traced traced = run(AxiBehaviour.of(25, 0.2, 4), window);
      RunResult run = traced.run();
      ExecutionTrace trace = traced.trace();
      assertEquals(run.engineCycles(), trace.cycles());
      assertEquals((14 * UNIT_BEATS), trace.busyCycles(Chunk.LOAD));
      assertEquals(2 * ROW_BLOCKS * TILES * DEPTH_WORDS, trace.busyCycles(Chunk.MATMUL));
      for (Chunk chunk : Chunk.values()) {
        RegisterMap register = RegisterMap.valueOf(chunk + "_BUSY");
        assertEquals(run.register(register), trace.busyCycles(chunk), chunk::name);
      }
      long idle = 0;
      for (StallCause cause : StallCause.values()) {
        long stretches =
            trace.idle().stream()
                .filter(i -> i.cause().equals(Optional.of(cause)))
                .mapToLong(Idle::cycles)
                .sum();
        assertEquals(run.register(cause.register()), trace.stallCycles(cause), cause::name);
        assertEquals(run.register(cause.register()), stretches, cause::name);
      }
      long all = trace.idle().stream().mapToLong(Idle::cycles).sum();
      assertEquals(trace.cycles(), all + trace.busyCycles(Chunk.MATMUL));
    }
  }

  @Test
  void theArrayStopsWaitingWhenTheUnitIsThere() {
    ExecutionTrace trace = run(AxiBehaviour.PLAIN, 64).trace();
    long arrives = trace.completed().get(Chunk.LOAD)[UNITS / 2 - 1];
    Idle wait =
        trace.idle().stream()
            .filter(i -> i.cause().equals(Optional.of(StallCause.LOAD)))
            .findFirst()
            .orElseThrow();
    // The counter shows the unit a cycle later, and the cause is seen a cycle after that.
    assertEquals(arrives + 2, wait.end());
  }

  @Test
  void anotherProgramIsNotMistakenForTheOneThatRan() {
    ExecutionTrace trace = run(AxiBehaviour.PLAIN, 64).trace();
    String message =
        assertThrows(
                IllegalArgumentException.class,
                () -> trace.jobs(PROGRAM.subList(1, PROGRAM.size())))
            .getMessage();
    assertEquals("LOAD took 2 jobs, the program has 1", message);
  }

  @Test
  void aMissingFileIsNamed() {
    Path file = directory.resolve("no-such-trace");
    String message =
        assertThrows(InputException.class, () -> ExecutionTrace.read(file)).getMessage();
    assertTrue(message.contains("no-such-trace"), message);
  }

  private static LoadJob load(int address, int units) {
    return new LoadJob(
        List.of(),
        LoadJob.Source.MODEL,
        address,
        LoadJob.Destination.RESIDUAL,
        0,
        units * UNIT_BEATS,
        UNIT_BEATS);
  }

  private static StoreJob store(Wait wait) {
    return new StoreJob(List.of(wait), 0, 8, 0);
  }

  private static MatMulJob matmul(Wait wait) {
    int columns = TILES * Engine.ARCHITECTURE.columns();
    return new MatMulJob(
        List.of(wait),
        0,
        0,
        DEPTH_WORDS,
        ROW_BLOCKS,
        TILES,
        0,
        0,
        false,
        false,
        0,
        0,
        false,
        0,
        MatMulJob.Destination.RESIDUAL_SET,
        0,
        1,
        0,
        columns,
        0);
  }
}
