package org.p2vit.generator.compile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.p2vit.rtl.Architecture;
import org.p2vit.rtl.Chunk;
import org.p2vit.rtl.job.Job;
import org.p2vit.rtl.job.LayerNormJob;
import org.p2vit.rtl.job.LoadJob;
import org.p2vit.rtl.job.MatMulJob;
import org.p2vit.rtl.job.SoftmaxJob;
import org.p2vit.rtl.job.Wait;

/** Waits of small hand-made programs: R = 2, C = 4, D = 4, p = 2, words of 16 bytes a row block. */
class HazardTrackerTest {
  private static final int ROWS = 5;
  private static final int SCORE_SLOTS = 2;
  private static final Architecture ARCH =
      new Architecture(
          2,
          4,
          4,
          4,
          2,
          4,
          4,
          16,
          7,
          64,
          64,
          16,
          2,
          new Architecture.Axi(32, 32, 16, 2),
          new Architecture.Buffers(64, 64, 64, 64, SCORE_SLOTS, 8, 3, 4, 16, 16));

  private final HazardTracker tracker = new HazardTracker(ARCH, Overlap.FULL);

  /** Loads {@code units} units of {@code words} words each. */
  private Job load(LoadJob.Destination to, int word, int units, int words) {
    int slices = OnChip.valueOf(to.name()).wordBits(ARCH) / 32;
    int beats = units * words * slices;
    return add(new LoadJob(List.of(), LoadJob.Source.MODEL, 0, to, word, beats, words * slices));
  }

  /** K = 4: {@code left[row block]} times one word a tile. */
  private MatMulJob product(int left, int tiles, MatMulJob.Destination to, int base) {
    int columns = 4 * tiles;
    int stride =
        switch (to) {
          case SCORE -> 8;
          case ACTIVATION -> tiles;
          default -> columns / 2;
        };
    return new MatMulJob(
        List.of(), left, 1, 1, ROWS, tiles, 0, 1, false, false, 0, 0, false, 0, to, base, stride, 0,
        columns, 0);
  }

  private Job add(Job job) {
    return tracker.add(List.of(job), 0).get(0);
  }

  private void loadOperands(int tiles) {
    load(LoadJob.Destination.ACTIVATION, 0, ROWS, 1);
    load(LoadJob.Destination.WEIGHT, 0, tiles, 1);
  }

  @Test
  void consumerFollowsItsProducerTileByTile() {
    loadOperands(3);
    Job job = add(product(0, 3, MatMulJob.Destination.ACTIVATION, 20));
    // Weights are loaded after the activations: the wait for tile 0 covers all rows.
    assertEquals(List.of(Wait.untilPerTile(Chunk.LOAD, ROWS + 1)), job.waits());
  }

  @Test
  void consumerFollowsItsProducerRowByRow() {
    load(LoadJob.Destination.WEIGHT, 0, 1, 1);
    load(LoadJob.Destination.ACTIVATION, 0, ROWS, 1);
    Job first = add(product(0, 1, MatMulJob.Destination.RESIDUAL_SET, 0));
    assertEquals(List.of(Wait.untilPerRow(Chunk.LOAD, 2)), first.waits());
    load(LoadJob.Destination.NORM_PARAMETER, 0, 1, 2);
    Job norm = add(new LayerNormJob(List.of(), ROWS, 0, 2, 0, 4, 2, 1 << 23, 0, 40, 1));
    assertEquals(
        List.of(Wait.until(Chunk.LOAD, ROWS + 2), Wait.untilPerRow(Chunk.MATMUL, 1)), norm.waits());
  }

  @Test
  void aChunkWaitsForItsOwnResultsInThePipeline() {
    loadOperands(1);
    add(product(0, 1, MatMulJob.Destination.ACTIVATION, 20));
    Job job = add(product(20, 1, MatMulJob.Destination.RESIDUAL_SET, 0));
    assertTrue(job.waits().stream().anyMatch(w -> w.chunk() == Chunk.MATMUL), job.toString());
  }

  @Test
  void memoryIsReusedWhenItsReadersAreDone() {
    loadOperands(2);
    add(product(0, 2, MatMulJob.Destination.RESIDUAL_SET, 0));
    Job weights = load(LoadJob.Destination.WEIGHT, 1, 1, 1);
    assertEquals(List.of(Wait.until(Chunk.MATMUL, ROWS)), weights.waits());
    // Another word: nothing to wait for.
    assertEquals(List.of(), load(LoadJob.Destination.WEIGHT, 9, 1, 1).waits());
  }

  @Test
  void impliedWaitsAreLeftOut() {
    loadOperands(1);
    add(product(0, 1, MatMulJob.Destination.RESIDUAL_SET, 0));
    load(LoadJob.Destination.NORM_PARAMETER, 0, 1, 2);
    add(new LayerNormJob(List.of(), ROWS, 0, 2, 0, 4, 2, 1 << 23, 0, 20, 1));
    Job job = add(product(20, 1, MatMulJob.Destination.RESIDUAL_SET, 0));
    // It overwrites what LAYER_NORM read and reads what it wrote; that the weights are there
    // follows, since LAYER_NORM waited for the first product.
    assertEquals(List.of(Wait.untilPerRow(Chunk.LAYER_NORM, 1)), job.waits());
  }

  @Test
  void jobsOfAGangWaitForEachOtherThroughTheRing() {
    loadOperands(1);
    MatMulJob scores = product(0, 1, MatMulJob.Destination.SCORE, 0);
    SoftmaxJob softmax = new SoftmaxJob(List.of(), ROWS, 0, 0, 4, 4, 4);
    // Without the shifter's back-pressure the ring of codes would be overrun, which is no hazard
    // as long as nobody reads it.
    List<Job> gang = tracker.add(List.of(scores, softmax), 0);
    assertTrue(
        gang.get(0).waits().contains(Wait.untilPerRow(Chunk.SOFTMAX, 1 - SCORE_SLOTS)),
        gang.get(0).toString());
    assertEquals(List.of(Wait.untilPerRow(Chunk.MATMUL, 1)), gang.get(1).waits());
  }

  @Test
  void maximaOfASlotAreKeptUntilSoftmaxHasReadThem() {
    loadOperands(1);
    add(product(0, 1, MatMulJob.Destination.SCORE, 0));
    add(new SoftmaxJob(List.of(), SCORE_SLOTS, 0, 0, 4, 4, 4));
    MatMulJob elsewhere =
        new MatMulJob(
            List.of(),
            0,
            1,
            1,
            1,
            1,
            0,
            1,
            false,
            false,
            0,
            0,
            false,
            0,
            MatMulJob.Destination.SCORE,
            0,
            8,
            8,
            4,
            0);
    // Other words of the slot, but the same maxima.
    assertEquals(List.of(Wait.until(Chunk.SOFTMAX, 1)), add(elsewhere).waits());
  }

  @Test
  void readingWhatNobodyWroteIsAnError() {
    load(LoadJob.Destination.WEIGHT, 0, 1, 1);
    MatMulJob job = product(0, 1, MatMulJob.Destination.RESIDUAL_SET, 0);
    IllegalStateException e = assertThrows(IllegalStateException.class, () -> add(job));
    assertTrue(e.getMessage().contains("ACTIVATION is read but not written"), e.getMessage());
  }

  @Test
  void readingItsOwnResultsIsAnError() {
    loadOperands(1);
    // Row block r writes the word that row block r + 1 reads.
    MatMulJob job = product(0, 1, MatMulJob.Destination.ACTIVATION, 1);
    assertThrows(IllegalStateException.class, () -> add(job));
  }
}
