package org.p2vit.verif.chunk;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.p2vit.rtl.Chunk;
import org.p2vit.rtl.job.Wait;

/** Random waits that can be met, and the counters that meet them in the end. */
final class RandomWaits {
  private final Random random;
  private final Chunk own;
  private final int[] start = new int[Chunk.values().length];
  private final int[] steps = new int[Chunk.values().length];
  private int ownUnits;

  RandomWaits(Random random, Chunk own) {
    this.random = random;
    this.own = own;
    for (int i = 0; i < start.length; i++) {
      // Every third run wraps some counter around.
      start[i] =
          random.nextInt(3) == 0
              ? (1 << Wait.COUNTER_BITS) - 1 - random.nextInt(8)
              : random.nextInt(3) == 0 ? 0 : random.nextInt(1 << Wait.COUNTER_BITS);
    }
  }

  BenchStimulus.Counters counters() {
    return new BenchStimulus.Counters(own, start, steps);
  }

  /**
   * Waits of the next job.
   *
   * @param rowBlocks of the job; 1 if it cannot wait by row block
   * @param tiles of the job; 1 if it cannot wait by tile
   * @param units by which it advances its own counter
   */
  List<Wait> next(int rowBlocks, int tiles, int units) {
    List<Wait> waits = new ArrayList<>();
    for (int i = random.nextInt(4); i > 0; i--) {
      Chunk chunk = Chunk.values()[random.nextInt(start.length)];
      boolean perRow = rowBlocks > 1 && random.nextBoolean();
      boolean perTile = tiles > 1 && !perRow && random.nextBoolean();
      waits.add(chunk == own ? self(perRow) : other(chunk, perRow, perTile, rowBlocks, tiles));
    }
    ownUnits += units;
    return waits;
  }

  /** Waits for units of its own chunk: at most for what comes before the row block. */
  private Wait self(boolean perRow) {
    int base = start[own.ordinal()] + ownUnits - random.nextInt(3);
    return new Wait(true, own, signed(base), perRow, false);
  }

  private Wait other(Chunk chunk, boolean perRow, boolean perTile, int rowBlocks, int tiles) {
    int i = chunk.ordinal();
    int first = steps[i] + random.nextInt(5) - 2;
    int last = first + (perRow ? rowBlocks - 1 : 0) + (perTile ? tiles - 1 : 0);
    steps[i] = Math.max(steps[i], last);
    return new Wait(true, chunk, signed(start[i] + first), perRow, perTile);
  }

  private static int signed(int count) {
    int up = 32 - Wait.COUNTER_BITS;
    return count << up >> up;
  }
}
