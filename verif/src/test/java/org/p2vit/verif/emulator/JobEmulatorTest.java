package org.p2vit.verif.emulator;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.p2vit.rtl.Architecture;
import org.p2vit.rtl.Chunk;
import org.p2vit.rtl.job.EndJob;
import org.p2vit.rtl.job.Job;
import org.p2vit.rtl.job.LoadJob;
import org.p2vit.rtl.job.MatMulJob;
import org.p2vit.rtl.job.StoreJob;
import org.p2vit.rtl.job.Wait;

class JobEmulatorTest {
  private static final Architecture ARCH = TestArchitectures.of(2, 4, 4, 1);
  private static final int ROW_BLOCKS = 3;
  private static final int TILES = 2;
  private static final int DEPTH_WORDS = 2;
  private static final int K = DEPTH_WORDS * 4;
  private static final int N = TILES * 4;
  private static final long SEED = 7;

  private final Random random = new Random(SEED);
  private final byte[] model = new byte[4096];
  private final byte[] input = new byte[4096];
  private final byte[] output = new byte[4096];

  JobEmulatorTest() {
    random.nextBytes(model);
    random.nextBytes(input);
  }

  /** X (6 x 8) times W (8 x 8), both loaded, the logits stored; the waits are all needed. */
  private static List<Job> product(int loadWeightUnits) {
    int wordBeats = 2;
    List<Job> jobs = new ArrayList<>();
    jobs.add(
        new LoadJob(
            List.of(),
            LoadJob.Source.INPUT,
            0,
            LoadJob.Destination.ACTIVATION,
            5,
            ROW_BLOCKS * DEPTH_WORDS * wordBeats,
            DEPTH_WORDS * wordBeats));
    int weightBeats = TILES * DEPTH_WORDS * 4;
    jobs.add(
        new LoadJob(
            List.of(),
            LoadJob.Source.MODEL,
            16,
            LoadJob.Destination.WEIGHT,
            9,
            weightBeats,
            weightBeats / TILES));
    jobs.add(matMul(List.of(Wait.untilPerTile(Chunk.LOAD, loadWeightUnits)), ROW_BLOCKS, 20));
    jobs.add(new StoreJob(List.of(Wait.until(Chunk.MATMUL, ROW_BLOCKS)), 20, ROW_BLOCKS * N, 0));
    jobs.add(
        new EndJob(
            List.of(Wait.until(Chunk.STORE, 1), Wait.until(Chunk.LOAD, ROW_BLOCKS + TILES))));
    return jobs;
  }

  private static MatMulJob matMul(List<Wait> waits, int rowBlocks, int base) {
    return new MatMulJob(
        waits,
        5,
        DEPTH_WORDS,
        DEPTH_WORDS,
        rowBlocks,
        TILES,
        9,
        DEPTH_WORDS,
        false,
        false,
        0,
        4,
        false,
        0,
        MatMulJob.Destination.RESIDUAL_SET,
        base,
        N,
        0,
        N,
        0);
  }

  private byte[] run(List<Job> jobs, Schedule schedule, Observer observer) {
    Arrays.fill(output, (byte) 0);
    Memories memories = new Memories(ARCH);
    memories.poison(random.nextLong());
    new JobEmulator(ARCH, memories, new Dram(model, input, output), schedule, observer).run(jobs);
    return output.clone();
  }

  /** The stored logits: word [row block][column], element [row]. */
  private byte[] expected() {
    byte[] bytes = new byte[output.length];
    for (int t = 0; t < ROW_BLOCKS * 2; t++) {
      for (int n = 0; n < N; n++) {
        int acc = 0;
        for (int k = 0; k < K; k++) {
          int x = input[t / 2 * 16 + k / 4 * 8 + t % 2 * 4 + k % 4];
          int w = model[16 + (n / 4 * DEPTH_WORDS + k / 4) * 16 + n % 4 * 4 + k % 4];
          acc += x * w;
        }
        int y = (int) Math.rint(acc / 16.0);
        int at = 2 * ((t / 2 * N + n) * 2 + t % 2);
        bytes[at] = (byte) y;
        bytes[at + 1] = (byte) (y >> 8);
      }
    }
    return bytes;
  }

  @Test
  void multipliesUnderEverySchedule() {
    TapRecorder taps = new TapRecorder();
    assertArrayEquals(expected(), run(product(ROW_BLOCKS + 1), Schedule.programOrder(), taps));
    TapRecorder.Stream stream = taps.stream(Chunk.MATMUL);
    assertEquals(ROW_BLOCKS * N, stream.beats());
    assertEquals(new TapRecorder.Origin(2, 1, 3), stream.origin(N + 3));
    int at = 4 * (N + 3);
    assertEquals((byte) stream.beat(N + 3)[0], expected()[at]);
    for (int seed = 0; seed < 200; seed++) {
      byte[] found = run(product(ROW_BLOCKS + 1), Schedule.adversarial(seed), Observer.NONE);
      assertArrayEquals(expected(), found, "schedule " + seed);
    }
  }

  @Test
  void someScheduleFindsAWaitThatIsOneTooSmall() {
    int wrong = 0;
    for (int seed = 0; seed < 200; seed++) {
      byte[] found = run(product(ROW_BLOCKS), Schedule.adversarial(seed), Observer.NONE);
      wrong += Arrays.equals(expected(), found) ? 0 : 1;
    }
    assertTrue(wrong > 0, "no schedule of 200 reads the weights too early");
  }

  @Test
  void namesBothEndsOfADeadlock() {
    List<Job> jobs = product(ROW_BLOCKS + 1);
    jobs.set(0, jobs.get(0).withWaits(List.of(Wait.until(Chunk.MATMUL, 1))));
    String message = error(jobs);
    assertTrue(
        message.contains("job 0 (LoadJob), row block 0 waits for MATMUL >= 1 (is 0)"), message);
    assertTrue(
        message.contains("job 2 (MatMulJob), row block 0, tile 0 waits for LOAD >= 4"), message);
    assertTrue(message.contains("not dispatched: job 4 (EndJob)"), message);
  }

  @Test
  void aFullQueueBlocksTheJobsBehindIt() {
    List<Job> jobs = new ArrayList<>();
    for (int i = 0; i < 2 + ARCH.jobQueue(); i++) {
      jobs.add(matMul(List.of(Wait.until(Chunk.LOAD, 1)), 1, 20));
    }
    jobs.add(product(0).get(0));
    String message = error(jobs);
    assertTrue(message.contains("not dispatched: job 3 (MatMulJob)"), message);
    jobs.remove(0);
    assertDoesNotThrow(() -> run(jobs, Schedule.programOrder(), Observer.NONE));
  }

  @Test
  void namesTheFieldThatLeavesABuffer() {
    List<Job> jobs = product(ROW_BLOCKS + 1);
    jobs.set(2, matMul(List.of(), ROW_BLOCKS, ARCH.buffers().residualWords() - 5));
    String message = error(jobs);
    assertTrue(
        message.contains("job 2 (MatMulJob), field base: reaches word 128 of RESIDUAL"), message);
  }

  @Test
  void refusesToEndBeforeTheLastJob() {
    List<Job> jobs = product(ROW_BLOCKS + 1);
    jobs.set(4, new EndJob(List.of(Wait.until(Chunk.MATMUL, 1))));
    assertTrue(error(jobs).contains("the program ends while chunks still work"));
  }

  private String error(List<Job> jobs) {
    return assertThrows(
            EmulationException.class, () -> run(jobs, Schedule.programOrder(), Observer.NONE))
        .getMessage();
  }
}
