package org.p2vit.verif.chunk;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.p2vit.numerics.LayerNormMath;
import org.p2vit.numerics.Tables;
import org.p2vit.rtl.Architecture;
import org.p2vit.rtl.Chunk;
import org.p2vit.rtl.job.Job;
import org.p2vit.rtl.job.JobFormat;
import org.p2vit.rtl.job.LayerNormJob;
import org.p2vit.rtl.job.ParameterFormat;
import org.p2vit.rtl.job.ShifterJob;
import org.p2vit.rtl.job.SoftmaxJob;
import org.p2vit.verif.emulator.BufferId;
import org.p2vit.verif.emulator.EmulatedBuffer;
import org.p2vit.verif.emulator.Memories;

/**
 * SOFTMAX, SHIFTER and LAYER_NORM where their numerics are extreme, and SHIFTER's cycles when
 * nothing stalls; {@link RowBlockCyclesTest} has the others'.
 */
class NonlinearChunkTest {
  private static final BenchStimulus.Stalls NONE = new BenchStimulus.Stalls(0, 0, 0, 0);
  private static final BenchStimulus.Stalls SOME = new BenchStimulus.Stalls(20, 30, 30, 0);
  private static final int SEED = 20260101;

  @TempDir Path directory;
  private final Random random = new Random(SEED);

  @Test
  void wordsOfASingleBeat() throws IOException {
    Architecture arch = ChunkArchitectures.BEATS;
    random(arch, Chunk.SOFTMAX, "Softmax", RandomJobs::softmax);
    random(arch, Chunk.SHIFTER, "Shifter", RandomJobs::shifter);
    random(arch, Chunk.LAYER_NORM, "LayerNorm", RandomJobs::layerNorm);
  }

  private void random(Architecture arch, Chunk chunk, String module, ChunkBatch.Makers makers)
      throws IOException {
    ChunkBatch batch = new ChunkBatch(arch, chunk, module, makers, directory.resolve(module));
    ChunkArchitectures.seeds(8).forEach(seed -> batch.run(seed, 15));
  }

  @Test
  void softmaxOfEqualScoresOfOneTokenAndOfTheLargestDistance() throws IOException {
    Architecture arch = ChunkArchitectures.PAIRS;
    Memories memories = scores(arch);
    List<Job> jobs = new ArrayList<>();
    for (int shift = 1; shift <= 12; shift++) {
      for (int tokens : new int[] {1, 2, 69, 70}) {
        jobs.add(new SoftmaxJob(List.of(), arch.buffers().scoreSlots(), 0, 1, 70, tokens, shift));
      }
    }
    run(arch, Chunk.SOFTMAX, "Softmax", memories, jobs, SOME);
  }

  /** A slot for each kind of row. */
  private Memories scores(Architecture arch) {
    Memories memories = new Memories(arch);
    EmulatedBuffer score = memories.get(BufferId.SCORE);
    int slotWords = arch.buffers().scoreSlotWords();
    for (int w = 0; w < score.words(); w++) {
      for (int i = 0; i < score.lanes(); i++) {
        int column = w % slotWords * arch.requantColumns() + i % arch.requantColumns();
        int s =
            switch (w / slotWords) {
              case 0 -> -128;
              case 1 -> 127;
              case 2 -> column == 0 ? 127 : -128;
              case 3 -> column == 68 ? 127 : -128;
              default -> random.nextInt(256) - 128;
            };
        score.set(w, i, s);
      }
    }
    RandomContent.scoreMaxima(memories, arch);
    return memories;
  }

  @Test
  void shifterWithTheLargestSums() throws IOException {
    Architecture arch = ChunkArchitectures.PAIRS;
    List<Job> jobs = new ArrayList<>();
    for (int shift = 0; shift < 32; shift++) {
      jobs.add(new ShifterJob(List.of(), 3, 0, 0, 2, 35, 2, shift, shift, 5, 2));
    }
    run(arch, Chunk.SHIFTER, "Shifter", codesAndValues(arch), jobs, SOME);
  }

  @Test
  void shifterAddsATokenGroupACycle() throws IOException {
    Architecture arch = ChunkArchitectures.PAIRS;
    int rowBlocks = 12;
    List<Job> jobs = List.of(new ShifterJob(List.of(), rowBlocks, 0, 0, 2, 35, 2, 17, 0, 3, 0));
    int cycles =
        DirectedRun.cycles(run(arch, Chunk.SHIFTER, "Shifter", codesAndValues(arch), jobs, NONE));
    atMost(35 * 2 * rowBlocks + arch.shifterColumns() / arch.requantColumns() + 12, cycles);
  }

  @Test
  void shifterIsNotSlowerThanItsWrites() throws IOException {
    Architecture arch = ChunkArchitectures.MIDDLE;
    int rowBlocks = 6;
    int beats = arch.shifterColumns() / arch.requantColumns();
    List<Job> jobs = List.of(new ShifterJob(List.of(), rowBlocks, 0, 0, 2, 3, 2, 17, 0, 6, 0));
    int cycles =
        DirectedRun.cycles(run(arch, Chunk.SHIFTER, "Shifter", codesAndValues(arch), jobs, NONE));
    atMost(beats * 2 * rowBlocks + 3 + 12, cycles);
  }

  /** Codes: a slot of ones, a slot of the smallest weights, a random one; values: extremes. */
  private Memories codesAndValues(Architecture arch) {
    Memories memories = new Memories(arch);
    EmulatedBuffer code = memories.get(BufferId.CODE);
    for (int w = 0; w < code.words(); w++) {
      for (int i = 0; i < code.lanes(); i++) {
        int slot = w / arch.buffers().codeSlotWords();
        code.set(w, i, slot == 0 ? 0 : slot == 1 ? 15 : random.nextInt(Tables.CODE_ZERO + 1));
      }
    }
    EmulatedBuffer value = memories.get(BufferId.VALUE);
    for (int w = 0; w < value.words(); w++) {
      for (int i = 0; i < value.lanes(); i++) {
        int channel = i % arch.shifterColumns();
        value.set(w, i, channel == 0 ? -128 : channel == 1 ? 127 : random.nextInt(256) - 128);
      }
    }
    return memories;
  }

  @Test
  void layerNormOfConstantRowsAndOfExtremes() throws IOException {
    Architecture arch = ChunkArchitectures.MIDDLE;
    List<Job> jobs = new ArrayList<>();
    for (int channels : new int[] {2, 3, 64, 127, 128}) {
      for (long epsilon : new long[] {0, 1, 3, 1L << 40, (1L << arch.varianceBits() - 1) - 1}) {
        jobs.add(layerNorm(channels, epsilon, 4, 0));
        jobs.add(layerNorm(channels, epsilon, 4, 64));
      }
    }
    run(arch, Chunk.LAYER_NORM, "LayerNorm", rows(arch), jobs, SOME);
  }

  private static LayerNormJob layerNorm(int channels, long epsilon, int rowBlocks, int parameters) {
    int l = LayerNormMath.log2Channels(channels);
    int reciprocal = LayerNormMath.reciprocal(channels);
    return new LayerNormJob(
        List.of(), rowBlocks, 0, 128, parameters, channels, l, reciprocal, epsilon, 3, 20);
  }

  /** Row blocks of 128 words; the first 64 channels have the largest factor. */
  private Memories rows(Architecture arch) {
    Memories memories = new Memories(arch);
    EmulatedBuffer residual = memories.get(BufferId.RESIDUAL);
    for (int w = 0; w < residual.words(); w++) {
      for (int i = 0; i < residual.lanes(); i++) {
        residual.set(w, i, element(w / 128 * arch.rows() + i, w % 128));
      }
    }
    EmulatedBuffer parameter = memories.get(BufferId.NORM_PARAMETER);
    for (int w = 0; w < parameter.words(); w++) {
      int ptf = w < 64 ? arch.ptfMax() : random.nextInt(arch.ptfMax() + 1);
      int gain = w % 5 == 0 ? -2048 : random.nextInt(4096) - 2048;
      int offset = w % 7 == 0 ? Integer.MIN_VALUE : random.nextInt() >> random.nextInt(32);
      int shift = w % 3 == 0 ? random.nextInt(32) : 12 + random.nextInt(8);
      long bits = JobFormat.encode(new ParameterFormat.Norm(offset, gain, shift, ptf)).longValue();
      parameter.set(w, 0, bits);
    }
    return memories;
  }

  private int element(int row, int channel) {
    return switch (row) {
      case 0 -> 0;
      case 1 -> Short.MAX_VALUE;
      case 2 -> Short.MIN_VALUE;
      case 3 -> -1;
      case 4 -> channel % 2 == 0 ? Short.MAX_VALUE : Short.MIN_VALUE;
      case 5 -> channel == 0 ? Short.MAX_VALUE : Short.MIN_VALUE;
      case 6 -> channel == 1 ? 1 : 0;
      case 7 -> channel == 1 ? Short.MIN_VALUE : 0;
      case 8 -> channel < 64 ? Short.MIN_VALUE : Short.MAX_VALUE;
      case 9 -> random.nextInt(3) - 1;
      default -> (short) random.nextInt();
    };
  }

  private List<BenchEvent> run(
      Architecture arch,
      Chunk chunk,
      String module,
      Memories memories,
      List<Job> jobs,
      BenchStimulus.Stalls stalls)
      throws IOException {
    return new DirectedRun(arch, chunk, module, directory).events(memories, jobs, stalls, SEED);
  }

  private static void atMost(int limit, int cycles) {
    assertTrue(cycles <= limit, cycles + " cycles, more than " + limit);
  }
}
