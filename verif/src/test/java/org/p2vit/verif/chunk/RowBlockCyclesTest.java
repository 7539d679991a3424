package org.p2vit.verif.chunk;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.function.IntFunction;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.p2vit.numerics.LayerNormMath;
import org.p2vit.rtl.Architecture;
import org.p2vit.rtl.Chunk;
import org.p2vit.rtl.job.Job;
import org.p2vit.rtl.job.LayerNormJob;
import org.p2vit.rtl.job.SoftmaxJob;
import org.p2vit.verif.emulator.Memories;

/**
 * Cycles that SOFTMAX and LAYER_NORM need for a row block when nothing makes them wait, and for the
 * start and the end of a job.
 */
class RowBlockCyclesTest {
  private static final int SEED = 1;
  private static final int FEW = 8;
  private static final int MANY = 24;

  /** Tokens and shapes of ViT-Tiny/16-224 and of a small ViT for MNIST. */
  @ParameterizedTest(name = "R={0} p={1} tokens={2}: {3} + {4}")
  @CsvSource({
    "2, 8, 197, 50, 7",
    "8, 4, 197, 100, 7",
    "2, 4, 50, 26, 7",
    // The logarithms, a row a cycle, take one cycle more than the two passes over 7 words.
    "8, 8, 50, 15, 21",
  })
  void softmax(int rows, int p, int tokens, double rowBlock, int rest, @TempDir Path directory)
      throws IOException {
    int depth = Math.max(rows, p);
    int columns = (tokens + depth - 1) / depth * depth;
    Architecture arch = architecture(rows, p, depth, 1, columns, 2);
    measure(
        new DirectedRun(arch, Chunk.SOFTMAX, "Softmax", directory),
        new RandomContent(new Random(SEED), arch).memories(),
        blocks -> new SoftmaxJob(List.of(), blocks, 0, 0, columns, tokens, 6),
        rowBlock,
        rest);
  }

  @ParameterizedTest(name = "R={0} p={1} lanes={2} C={3}: {4} + {5}")
  @CsvSource({
    // Two passes over C/p words through one port.
    "2, 8, 16, 192, 49, 29",
    "2, 8, 16, 768, 192, 49",
    "2, 4, 8, 64, 32.5, 41",
    // Two cycles a word: both passes at once.
    "8, 4, 16, 192, 98, 207",
  })
  void layerNorm(
      int rows, int p, int lanes, int channels, double rowBlock, int rest, @TempDir Path directory)
      throws IOException {
    Architecture arch = architecture(rows, p, Math.max(rows, p), lanes, 8, channels);
    int l = LayerNormMath.log2Channels(channels);
    int reciprocal = LayerNormMath.reciprocal(channels);
    // All row blocks are one place's: the memories can be small.
    measure(
        new DirectedRun(arch, Chunk.LAYER_NORM, "LayerNorm", directory),
        new RandomContent(new Random(SEED), arch).memories(),
        blocks -> new LayerNormJob(List.of(), blocks, 0, 0, 0, channels, l, reciprocal, 100, 0, 0),
        rowBlock,
        rest);
  }

  private static void measure(
      DirectedRun run, Memories memories, IntFunction<Job> job, double rowBlock, int rest) {
    int few = cycles(run, memories, job.apply(FEW));
    int many = cycles(run, memories, job.apply(MANY));
    double each = (many - few) / (double) (MANY - FEW);
    assertEquals(rowBlock, each, "cycles a row block");
    assertEquals(rest, few - FEW * each, "cycles for start and end");
  }

  private static int cycles(DirectedRun run, Memories memories, Job job) {
    BenchStimulus.Stalls none = new BenchStimulus.Stalls(0, 0, 0, 0);
    return DirectedRun.cycles(run.events(memories, List.of(job), none, SEED));
  }

  /** Rows and p as given; the rest is as small as the chunk under test allows. */
  private static Architecture architecture(
      int rows, int p, int depth, int lanes, int tokens, int channels) {
    int words = (channels + p - 1) / p;
    return new Architecture(
        rows,
        depth,
        depth,
        rows * p,
        lanes,
        p,
        depth,
        16,
        7,
        depth,
        channels,
        Math.max(tokens, MANY * rows), // row blocks are of an image's tokens
        2,
        new Architecture.Axi(32, 32, 16, 2),
        new Architecture.Buffers(
            (channels + depth - 1) / depth,
            2,
            words,
            2,
            3,
            (tokens + p - 1) / p,
            2,
            tokens / depth,
            4,
            words));
  }
}
