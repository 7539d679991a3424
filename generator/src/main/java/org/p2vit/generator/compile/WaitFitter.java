package org.p2vit.generator.compile;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntUnaryOperator;
import java.util.function.Supplier;
import org.p2vit.rtl.Chunk;
import org.p2vit.rtl.job.Wait;

/**
 * Finds the fewest and weakest {@link Wait}s that cover what a job needs row block by row block and
 * tile by tile.
 */
final class WaitFitter {
  private static final int MAX_WAITS = 3;

  private final int rows;
  private final int tiles;
  private final boolean perRowAllowed;
  private final List<Wait> waits = new ArrayList<>();

  /**
   * @param perRowAllowed whether the chunk evaluates waits for each of its units
   */
  WaitFitter(int rows, int tiles, boolean perRowAllowed) {
    this.rows = rows;
    this.tiles = tiles;
    this.perRowAllowed = perRowAllowed;
  }

  /**
   * Covers needs that depend on the row block.
   *
   * @param need units of {@code chunk} before row block r, or {@link Requirement#NONE}
   * @param known units that are complete at row block r anyway
   * @param available units that earlier work, in a possible order of execution, has completed
   *     before row block r: to wait for more could be to wait for ever; it grows by one a row block
   *     at most
   */
  void byRow(Chunk chunk, int[] need, Supplier<int[]> known, IntUnaryOperator available) {
    Wait wait = fit(chunk, need, known, available, perRowAllowed, false);
    if (wait != null) {
      waits.add(wait);
    }
  }

  /** The same for needs that depend on the column tile. */
  void byTile(Chunk chunk, int[] need, int known, int available) {
    Wait wait = fit(chunk, need, () -> all(need.length, known), t -> available, true, true);
    if (wait != null) {
      waits.add(wait);
    }
  }

  private static int[] all(int length, int known) {
    int[] all = new int[length];
    Arrays.fill(all, known);
    return all;
  }

  private static Wait fit(
      Chunk chunk,
      int[] need,
      Supplier<int[]> known,
      IntUnaryOperator available,
      boolean steppedAllowed,
      boolean tiles) {
    int constant = Requirement.NONE;
    int stepped = Requirement.NONE;
    for (int i = 0; i < need.length; i++) {
      if (need[i] != Requirement.NONE) {
        constant = Math.max(constant, need[i]);
        stepped = Math.max(stepped, need[i] - i);
      }
    }
    if (constant == Requirement.NONE) {
      return null;
    }
    boolean constantFits = constant <= available.applyAsInt(0);
    int last = need.length - 1;
    boolean steppedFits = steppedAllowed && stepped + last <= available.applyAsInt(last);
    if (steppedFits && (!constantFits || isCheaperStepped(need, known.get(), constant, stepped))) {
      return new Wait(true, chunk, stepped, !tiles, tiles);
    }
    if (constantFits) {
      return Wait.until(chunk, constant);
    }
    throw new IllegalStateException("no wait for " + chunk + " covers the needs without deadlock");
  }

  /** Whether less is waited for beyond need if the condition grows by one each time. */
  private static boolean isCheaperStepped(int[] need, int[] known, int constant, int stepped) {
    long constantCost = 0;
    long steppedCost = 0;
    for (int i = 0; i < need.length; i++) {
      int free = Math.max(need[i], known[i]);
      constantCost += Math.max(0L, (long) constant - free);
      steppedCost += Math.max(0L, (long) stepped + i - free);
    }
    return steppedCost < constantCost;
  }

  /** The waits, at most three. */
  List<Wait> waits() {
    removeCovered();
    for (int i = 0; waits.size() > MAX_WAITS && i < waits.size(); i++) {
      mergeInto(i);
    }
    if (waits.size() > MAX_WAITS) {
      throw new IllegalStateException("more than " + MAX_WAITS + " waits: " + waits);
    }
    return List.copyOf(waits);
  }

  private void removeCovered() {
    for (int i = waits.size() - 1; i >= 0; i--) {
      for (int j = 0; j < waits.size(); j++) {
        if (i != j && covers(waits.get(j), waits.get(i))) {
          waits.remove(i);
          break;
        }
      }
    }
  }

  private boolean covers(Wait strong, Wait weak) {
    int weakExtra =
        (weak.perRow() && !strong.perRow() ? rows - 1 : 0)
            + (weak.perTile() && !strong.perTile() ? tiles - 1 : 0);
    return strong.chunk() == weak.chunk() && strong.base() >= weak.base() + weakExtra;
  }

  /** Replaces two conditions on one chunk by a wait for the larger. */
  private void mergeInto(int i) {
    for (int j = waits.size() - 1; j > i; j--) {
      Wait a = waits.get(i);
      Wait b = waits.get(j);
      // LOAD jobs are never part of a gang: all that they do is available from the start.
      if (a.chunk() == b.chunk() && a.chunk() == Chunk.LOAD) {
        waits.set(i, Wait.until(a.chunk(), Math.max(last(a), last(b))));
        waits.remove(j);
      }
    }
  }

  private int last(Wait w) {
    return w.base() + (w.perRow() ? rows - 1 : 0) + (w.perTile() ? tiles - 1 : 0);
  }
}
