package org.p2vit.verif.chunk;

import java.util.stream.LongStream;
import org.p2vit.rtl.Architecture;
import org.p2vit.rtl.job.Wait;

/** The architectures on which each chunk is tested alone, and the seeds. */
final class ChunkArchitectures {
  private ChunkArchitectures() {}

  /** R x C x D = 2 x 4 x 4, p = 1. */
  static final Architecture SMALL = of(2, 4, 4, 1, 2, 4, 4, 16, 32, 4);

  /** 2 x 4 x 4, p = 2, residual of 12 bits. */
  static final Architecture PAIRS = of(2, 4, 4, 2, 4, 4, 2, 12, 32, 2);

  /** 4 x 8 x 8, p = 1, shifter of another shape. */
  static final Architecture MIDDLE = of(4, 8, 8, 1, 2, 16, 8, 16, 64, 8);

  /** 1 x 8 x 16. */
  static final Architecture ONE_ROW = of(1, 8, 16, 2, 1, 8, 4, 14, 32, 1);

  /** 8 x 8 x 16, p = 2. */
  static final Architecture WIDE = of(8, 8, 16, 2, 16, 8, 16, 16, 128, 16);

  /** 2 x 4 x 4, p = 4: each word is a single beat. */
  static final Architecture BEATS = of(2, 4, 4, 4, 8, 4, 4, 15, 64, 4);

  /** 1 x 1 x 4, one lane, beats of 16 bits; LayerNorm's scalars bit by bit. */
  static final Architecture NANO =
      of(1, 1, 4, 1, 1, 1, 1, 10, 16, 1)
          .withEconomy(new Architecture.Economy(32, Wait.COUNTER_BITS, 16, false));

  private static Architecture of(
      int rows,
      int columns,
      int depth,
      int p,
      int layerNormLanes,
      int shifterColumns,
      int shifterDepth,
      int residualBits,
      int axiBits,
      int axiBurst) {
    int tokens = 70;
    int codeWords = (tokens + shifterDepth - 1) / shifterDepth;
    return new Architecture(
        rows,
        columns,
        depth,
        rows * p,
        layerNormLanes,
        shifterColumns,
        shifterDepth,
        residualBits,
        7,
        16 * depth,
        128,
        tokens,
        2,
        new Architecture.Axi(axiBits, 32, axiBurst, 4),
        new Architecture.Buffers(
            200,
            230,
            512 / p,
            4 * codeWords + 3,
            5,
            (tokens + p - 1) / p,
            3,
            codeWords,
            128,
            200 / p));
  }

  /** Seeds of a test's batches; {@code -Dp2vit.seed=N} repeats the batch of a failure message. */
  static LongStream seeds(int count) {
    Long only = Long.getLong("p2vit.seed");
    return only != null ? LongStream.of(only) : LongStream.rangeClosed(1, count);
  }
}
