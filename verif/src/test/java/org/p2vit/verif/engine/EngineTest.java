package org.p2vit.verif.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.p2vit.rtl.Chunk;
import org.p2vit.rtl.RegisterMap;
import org.p2vit.rtl.RegisterMap.ErrorCode;
import org.p2vit.rtl.job.EndJob;
import org.p2vit.rtl.job.Job;
import org.p2vit.rtl.job.JobFormat;
import org.p2vit.rtl.job.LoadJob;
import org.p2vit.rtl.job.MatMulJob;
import org.p2vit.rtl.job.StoreJob;
import org.p2vit.rtl.job.Wait;
import org.p2vit.verif.Simulation.AxiBehaviour;
import org.p2vit.verif.SimulationResult;
import org.p2vit.verif.SimulationResult.RunResult;

/** Load, Store, Controller and the memory port in the whole accelerator. */
class EngineTest {
  private static final int SLICES = Engine.WORD / Engine.BEAT;

  @TempDir static Path directory;
  private static Engine engine;

  @BeforeAll
  static void build() {
    engine = Engine.build(directory);
  }

  /** What a good program does: the residual stream and the output region after it. */
  private static final class Expected {
    final List<Job> jobs = new ArrayList<>();
    final byte[] residual = new byte[Engine.RESIDUAL_WORDS * Engine.WORD];
    final byte[] output = Engine.untouched();
    int loaded;
    int stored;
    long loadBeats;
    long storeBeats;

    void load(LoadJob.Source source, int address, int word, int beats, int unitBeats) {
      Wait after = Wait.until(Chunk.STORE, stored);
      jobs.add(
          new LoadJob(
              List.of(after),
              source,
              address,
              LoadJob.Destination.RESIDUAL,
              word,
              beats,
              unitBeats));
      byte[] from = source == LoadJob.Source.MODEL ? engine.model() : engine.input();
      System.arraycopy(from, address, residual, word * Engine.WORD, beats * Engine.BEAT);
      loaded += beats / unitBeats;
      loadBeats += beats;
    }

    void store(int word, int words, int address) {
      jobs.add(new StoreJob(List.of(Wait.until(Chunk.LOAD, loaded)), word, words, address));
      System.arraycopy(residual, word * Engine.WORD, output, address, words * Engine.WORD);
      stored++;
      storeBeats += (long) words * SLICES;
    }

    byte[] program() {
      jobs.add(new EndJob(List.of(Wait.until(Chunk.STORE, stored))));
      return Engine.program(jobs.toArray(Job[]::new));
    }

    void check(RunResult run, String what) {
      assertTrue(run.done(), what + ": " + run.outcome());
      assertArrayEquals(output, run.saved().get(0), what);
      assertEquals(jobs.size() - 1, run.register(RegisterMap.JOBS), what);
      assertEquals(loadBeats, run.register(RegisterMap.LOAD_BUSY), what);
      assertEquals(storeBeats, run.register(RegisterMap.STORE_BUSY), what);
    }
  }

  /** A few words copied from the input to the output. */
  private static Expected smallCopy() {
    Expected copy = new Expected();
    copy.load(LoadJob.Source.INPUT, 8, 0, 4, 2);
    copy.store(0, 2, 16);
    return copy;
  }

  private static Expected randomCopies(Random random) {
    Expected copies = new Expected();
    int jobs = 1 + random.nextInt(12);
    for (int i = 0; i < jobs; i++) {
      int loads = 1 + random.nextInt(3);
      for (int j = 0; j < loads; j++) {
        int word = random.nextInt(Engine.RESIDUAL_WORDS);
        int most = (Engine.RESIDUAL_WORDS - word) * SLICES;
        int units = 1 + random.nextInt(4);
        int unitBeats = 1 + random.nextInt(Math.max(1, Math.min(most, 90) / units));
        int beats = Math.min(units, most / unitBeats) * unitBeats;
        LoadJob.Source source = random.nextBoolean() ? LoadJob.Source.MODEL : LoadJob.Source.INPUT;
        int bytes = source == LoadJob.Source.MODEL ? engine.model().length : engine.input().length;
        int address = random.nextInt(bytes / Engine.BEAT - beats + 1) * Engine.BEAT;
        copies.load(source, address, word, beats, unitBeats);
      }
      int word = random.nextInt(Engine.RESIDUAL_WORDS);
      int words = 1 + random.nextInt(Math.min(80, Engine.RESIDUAL_WORDS - word));
      int places = (Engine.OUTPUT_BYTES - words * Engine.WORD) / Engine.BEAT + 1;
      copies.store(word, words, random.nextInt(places) * Engine.BEAT);
    }
    return copies;
  }

  @Test
  void copiesWhatItShouldUnderAnyMemoryBehaviour() {
    Random seeds = new Random();
    for (int i = 0; i < 40; i++) {
      long seed = seeds.nextLong();
      Random random = new Random(seed);
      // Words that no job has loaded yet hold something unknown: load all of them first.
      Expected first = new Expected();
      first.load(LoadJob.Source.MODEL, 0, 0, Engine.RESIDUAL_WORDS * SLICES, 1);
      first.store(0, 1, 0);
      Expected[] runs = {first, randomCopies(random), randomCopies(random)};
      for (int r = 1; r < runs.length; r++) {
        runs[r] = following(runs[r - 1], random);
      }
      double stall = random.nextInt(3) == 0 ? 0 : random.nextDouble() * 0.9;
      AxiBehaviour axi = AxiBehaviour.of(1 + random.nextInt(120), stall, random.nextInt(1 << 30));
      SimulationResult result =
          engine.run(axi, Arrays.stream(runs).map(Expected::program).toArray(byte[][]::new));
      for (int r = 0; r < runs.length; r++) {
        runs[r].check(result.runs().get(r), "seed " + seed + " run " + r + " " + axi);
      }
    }
  }

  /** Copies on what {@code before} left in the buffer. */
  private static Expected following(Expected before, Random random) {
    long seed = random.nextLong();
    Expected plan = new Expected();
    System.arraycopy(before.residual, 0, plan.residual, 0, plan.residual.length);
    Expected copies = randomCopies(new Random(seed));
    for (Job job : copies.jobs) {
      if (job instanceof LoadJob load) {
        plan.load(load.source(), load.address(), load.word(), load.beats(), load.unitBeats());
      } else if (job instanceof StoreJob store) {
        plan.store(store.word(), store.words(), store.address());
      }
    }
    return plan;
  }

  @Test
  void streamsOneBeatPerCycleAtAnyLatency() {
    // 40 jobs of 10 beats, none of them aligned with anything.
    List<Job> jobs = new ArrayList<>();
    int beats = 10;
    for (int i = 0; i < 40; i++) {
      jobs.add(
          new LoadJob(
              List.of(),
              LoadJob.Source.MODEL,
              (i * 7 + 3) * Engine.BEAT,
              LoadJob.Destination.ACTIVATION,
              i,
              beats,
              beats));
    }
    jobs.add(new EndJob(List.of(Wait.until(Chunk.LOAD, 40))));
    byte[] program = Engine.program(jobs.toArray(Job[]::new));
    RunResult run = engine.run(AxiBehaviour.of(20, 0, 1), program).runs().get(0);
    assertTrue(run.done(), run.outcome());
    assertEquals(400, run.register(RegisterMap.LOAD_BUSY));
    // Jobs come in blocks of four, over the same port; at most a few cycles are lost for each.
    assertTrue(run.engineCycles() < 400 + 41 * 8 + 10 * 40, run.engineCycles() + " cycles");
  }

  @Test
  void oneLongLoadLosesNothingAtALatencyThatItsBurstsCover() {
    // 4 bursts of 16 beats in flight cover 60 cycles.
    Expected copy = new Expected();
    copy.load(LoadJob.Source.MODEL, 0, 0, Engine.RESIDUAL_WORDS * SLICES, 1);
    int beats = Engine.RESIDUAL_WORDS * SLICES;
    copy.jobs.add(new EndJob(List.of(Wait.until(Chunk.LOAD, beats))));
    byte[] program = Engine.program(copy.jobs.toArray(Job[]::new));
    RunResult run = engine.run(AxiBehaviour.of(45, 0, 1), program).runs().get(0);
    assertTrue(run.done(), run.outcome());
    assertTrue(run.engineCycles() < beats + 2 * 45 + 50, run.engineCycles() + " cycles");
  }

  private void refused(String what, byte[] program, ErrorCode code, int index, Chunk chunk) {
    refused(what, AxiBehaviour.of(12, 0.2, 3), program, code, index, chunk);
  }

  /** The program ends with the error and writes nothing; a good program afterwards works. */
  private void refused(
      String what, AxiBehaviour axi, byte[] program, ErrorCode code, int index, Chunk chunk) {
    Expected good = smallCopy();
    SimulationResult result = engine.run(axi, program, good.program());
    RunResult bad = result.runs().get(0);
    assertTrue(bad.interrupted(), what + ": " + bad.outcome());
    assertFalse(bad.done(), what + ": " + bad.outcome());
    assertEquals(code, bad.errorCode(), what);
    assertEquals(index, bad.register(RegisterMap.ERROR_INFO), what);
    assertEquals(chunk, bad.errorChunk(), what);
    assertEquals(0, bad.register(RegisterMap.STATUS) & RegisterMap.STATUS_BUSY, what);
    assertArrayEquals(Engine.untouched(), bad.saved().get(0), what);
    good.check(result.runs().get(1), what + ", then a good run");
  }

  private static LoadJob load(int address, int beats, int unitBeats) {
    return new LoadJob(
        List.of(),
        LoadJob.Source.MODEL,
        address,
        LoadJob.Destination.RESIDUAL,
        0,
        beats,
        unitBeats);
  }

  /** A good LOAD, then a job that the editor has changed, its checksum corrected. */
  private static byte[] withJob(Job job, Consumer<byte[]> editor) {
    byte[] bad = JobFormat.encode(job);
    editor.accept(bad);
    int last = JobFormat.BYTES - 4;
    Arrays.fill(bad, last, JobFormat.BYTES, (byte) 0);
    for (int i = 0; i < last; i++) {
      bad[last + i % 4] ^= bad[i];
    }
    byte[] program = Engine.program(load(0, 2, 2), load(8, 2, 2), new EndJob(List.of()));
    System.arraycopy(bad, 0, program, JobFormat.BYTES, JobFormat.BYTES);
    return program;
  }

  private static void set(byte[] job, List<JobFormat.Field> fields, String name, int value) {
    JobFormat.Field field =
        fields.stream().filter(f -> f.name().equals(name)).findFirst().orElseThrow();
    for (int i = 0; i < field.width(); i++) {
      int bit = field.offset() + i;
      job[bit / 8] &= (byte) ~(1 << bit % 8);
      job[bit / 8] |= (byte) ((value >> i & 1) << bit % 8);
    }
  }

  @Test
  void refusesBadJobs() {
    List<JobFormat.Field> header = JobFormat.header();
    List<JobFormat.Field> loads = JobFormat.body(LoadJob.class);
    List<JobFormat.Field> products = JobFormat.body(MatMulJob.class);
    List<JobFormat.Field> stores = JobFormat.body(StoreJob.class);
    Job good = load(8, 2, 2);
    Job waiting = new StoreJob(List.of(Wait.NONE, Wait.NONE, Wait.until(Chunk.LOAD, 100)), 0, 1, 0);
    Job product =
        new MatMulJob(
            List.of(Wait.until(Chunk.LOAD, 100)),
            0,
            0,
            1,
            1,
            1,
            0,
            0,
            false,
            false,
            0,
            0,
            false,
            0,
            MatMulJob.Destination.SCORE,
            0,
            0,
            0,
            2,
            0);
    badJob("magic", withJob(good, j -> set(j, header, "magic", 0xA4)));
    badJob("opcode", withJob(good, j -> set(j, header, "opcode", 7)));
    badJob("wait.chunk", withJob(waiting, j -> set(j, header, "wait2.chunk", 6)));
    badJob("destination", withJob(good, j -> set(j, loads, "destination", 6)));
    badJob("MatMul destination", withJob(product, j -> set(j, products, "destination", 7)));
    badJob("no tiles", withJob(product, j -> set(j, products, "tiles", 0)));
    badJob("no beats", withJob(good, j -> set(j, loads, "beats", 0)));
    badJob("no unit", withJob(good, j -> set(j, loads, "unitBeats", 0)));
    badJob("no words", withJob(waiting, j -> set(j, stores, "words", 0)));
    byte[] zeros = withJob(good, j -> {});
    Arrays.fill(zeros, JobFormat.BYTES, 2 * JobFormat.BYTES, (byte) 0);
    badJob("zeros", zeros);
  }

  private void badJob(String what, byte[] program) {
    refused(what, program, ErrorCode.BAD_JOB, 1, Chunk.LOAD);
  }

  @Test
  void refusesAJobWithAnyFlippedBit() {
    Random random = new Random();
    for (int i = 0; i < 25; i++) {
      int bit = random.nextInt(JobFormat.BYTES * 8);
      byte[] program = withJob(load(8, 2, 2), j -> {});
      program[JobFormat.BYTES + bit / 8] ^= (byte) (1 << bit % 8);
      badJob("bit " + bit, program);
    }
  }

  @Test
  void stopsOnReadErrors() {
    EndJob end = new EndJob(List.of(Wait.until(Chunk.LOAD, 100)));
    byte[] program = Engine.program(load(0, 20, 1), load(800, 80, 1), load(0, 40, 1), end);
    refused(
        "data",
        AxiBehaviour.of(30, 0.3, 7).withFailingRead(Engine.MODEL + 800 + 50 * Engine.BEAT),
        program,
        ErrorCode.AXI_READ,
        1,
        Chunk.LOAD);
    byte[] outside = Engine.program(load(engine.model().length - 80, 11, 11), end);
    refused("outside", outside, ErrorCode.AXI_READ, 0, Chunk.LOAD);
    byte[] noEnd = Engine.program(load(0, 2, 2), load(8, 2, 2), load(16, 2, 2));
    refused("program without end", noEnd, ErrorCode.AXI_READ, 3, Chunk.LOAD);
  }

  @Test
  void stopsOnWriteErrors() {
    StoreJob store = new StoreJob(List.of(), 0, 100, 64);
    long failing = Engine.OUTPUT + 64 + 40 * Engine.BEAT;
    byte[] program =
        Engine.program(load(0, 2, 2), store, new EndJob(List.of(Wait.until(Chunk.STORE, 1))));
    Expected good = smallCopy();
    SimulationResult result =
        engine.run(AxiBehaviour.of(5, 0.5, 3).withFailingWrite(failing), program, good.program());
    RunResult bad = result.runs().get(0);
    assertFalse(bad.done(), bad.outcome());
    assertEquals(ErrorCode.AXI_WRITE, bad.errorCode());
    assertEquals(1, bad.register(RegisterMap.ERROR_INFO));
    assertEquals(Chunk.STORE, bad.errorChunk());
    good.check(result.runs().get(1), "a good run afterwards");
  }

  @Test
  void neverWritesBeyondTheOutputRegion() {
    EndJob end = new EndJob(List.of(Wait.until(Chunk.STORE, 1)));
    int bytes = Engine.OUTPUT_BYTES;
    int[][] wordsAndAddress = {
      {2, bytes - Engine.WORD},
      {1, bytes - Engine.BEAT},
      {1, bytes},
      {1, -Engine.WORD},
      {Engine.RESIDUAL_WORDS, bytes - Engine.WORD}
    };
    for (int[] w : wordsAndAddress) {
      byte[] program = Engine.program(load(0, 2, 2), new StoreJob(List.of(), 0, w[0], w[1]), end);
      refused(Arrays.toString(w), program, ErrorCode.OUT_OF_RANGE, 1, Chunk.STORE);
    }
    byte[] more = Engine.program(load(0, 2, 2), new StoreJob(List.of(), 0, (1 << 20) - 1, 0), end);
    badJob("more words than there are", more);
    Expected last = new Expected();
    last.load(LoadJob.Source.INPUT, 0, 0, SLICES, 1);
    last.store(0, 1, bytes - Engine.WORD);
    last.check(engine.run(AxiBehaviour.PLAIN, last.program()).runs().get(0), "the last word");
  }

  @Test
  void stopsWhenNothingHappensAnyMore() {
    EndJob end = new EndJob(List.of(Wait.until(Chunk.LOAD, 2)));
    refused(
        "END waits for ever",
        Engine.program(load(0, 2, 2), end),
        ErrorCode.WATCHDOG,
        1,
        Chunk.LOAD);
    StoreJob never = new StoreJob(List.of(Wait.until(Chunk.LOAD, 2)), 0, 1, 0);
    byte[] program = Engine.program(load(0, 2, 2), never, end);
    refused("STORE waits for ever", program, ErrorCode.WATCHDOG, 2, Chunk.LOAD);
    RunResult run = engine.run(AxiBehaviour.PLAIN, program).runs().get(0);
    long cycles = run.cycles();
    assertTrue(
        cycles > Engine.WATCHDOG_CYCLES && cycles < Engine.WATCHDOG_CYCLES + 300, "" + cycles);
  }

  @Test
  void aFullQueueHoldsBackOnlyWhatComesLater() {
    // More STORE jobs than their queue holds, all waiting for LOADs further ahead in the program:
    // that is a deadlock, and the watchdog's business.
    List<Job> jobs = new ArrayList<>();
    for (int i = 0; i < Engine.ARCHITECTURE.jobQueue() + 2; i++) {
      jobs.add(new StoreJob(List.of(Wait.until(Chunk.LOAD, 1)), 0, 1, 0));
    }
    jobs.add(load(0, 2, 2));
    jobs.add(new EndJob(List.of()));
    int held = Engine.ARCHITECTURE.jobQueue();
    refused(
        "queue", Engine.program(jobs.toArray(Job[]::new)), ErrorCode.WATCHDOG, held, Chunk.LOAD);
  }

  @Test
  void registersHoldWhatWasWritten() {
    RunResult run = engine.run(AxiBehaviour.PLAIN, smallCopy().program()).runs().get(0);
    assertEquals(RegisterMap.ID_VALUE, run.register(RegisterMap.ID));
    assertEquals(RegisterMap.VERSION_VALUE, run.register(RegisterMap.VERSION));
    assertEquals(RegisterMap.STATUS_DONE, run.register(RegisterMap.STATUS));
    assertEquals(1, run.register(RegisterMap.IRQ_ENABLE));
    assertEquals(Engine.WATCHDOG_CYCLES, run.register(RegisterMap.WATCHDOG));
    assertAddress(run, RegisterMap.PROGRAM_LOW, RegisterMap.PROGRAM_HIGH, Engine.PROGRAM);
    assertAddress(run, RegisterMap.MODEL_LOW, RegisterMap.MODEL_HIGH, Engine.MODEL);
    assertAddress(run, RegisterMap.INPUT_LOW, RegisterMap.INPUT_HIGH, Engine.INPUT);
    assertAddress(run, RegisterMap.OUTPUT_LOW, RegisterMap.OUTPUT_HIGH, Engine.OUTPUT);
    assertEquals(Engine.OUTPUT_BYTES, run.register(RegisterMap.OUTPUT_BYTES));
    assertEquals(Engine.ARCHITECTURE.rows(), run.register(RegisterMap.PARAM_ROWS));
    assertEquals(Engine.ARCHITECTURE.columns(), run.register(RegisterMap.PARAM_COLUMNS));
    assertEquals(Engine.ARCHITECTURE.depth(), run.register(RegisterMap.PARAM_DEPTH));
    assertEquals(Engine.ARCHITECTURE.requantLanes(), run.register(RegisterMap.PARAM_REQUANT_LANES));
    assertEquals(Engine.ARCHITECTURE.axi().dataBits(), run.register(RegisterMap.PARAM_AXI_BITS));
    long cycles = run.engineCycles();
    assertTrue(cycles > 100 && cycles <= run.cycles(), cycles + " of " + run.cycles());
    assertEquals(0, run.register(RegisterMap.MATMUL_BUSY));
    long idle = run.register(RegisterMap.STALL_NO_JOB);
    assertTrue(idle >= cycles - 2 && idle <= cycles, "no job for MATMUL in " + idle + " cycles");
  }

  private static void assertAddress(RunResult run, RegisterMap low, RegisterMap high, long value) {
    assertEquals(value, run.register(low) | run.register(high) << 32, low.name());
  }
}
