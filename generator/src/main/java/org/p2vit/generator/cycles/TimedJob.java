package org.p2vit.generator.cycles;

import java.util.List;
import java.util.Optional;
import org.p2vit.rtl.Chunk;
import org.p2vit.rtl.job.Job;
import org.p2vit.rtl.job.Wait;

/** A job of the program and when things happen to it. */
final class TimedJob {
  /** Of the end of the program. */
  static final int NO_CHUNK = -1;

  private static final int CHUNK = 0;
  private static final int BASE = 1;
  private static final int PER_ROW = 2;
  private static final int PER_TILE = 3;
  private static final int FIELDS = 4;

  private static final Chunk[] CHUNKS = Chunk.values();

  final Job job;
  final int index;

  /** {@code Chunk.ordinal} of the one that executes it, or {@link #NO_CHUNK}. */
  final int chunk;

  /** {@link #FIELDS} numbers a wait. */
  private final int[] waits;

  /** Whether conditions change with the row block, or with the tile. */
  final boolean waitsPerRow;

  final boolean waitsPerTile;

  /** First cycle in which the chunk sees the job at the end of its queue. */
  long queued = UnitTimes.UNKNOWN;

  /** Cycle in which the chunk takes it. */
  long taken = UnitTimes.UNKNOWN;

  /** Cycles of {@code done} of its first and last unit. */
  long firstDone = UnitTimes.UNKNOWN;

  long lastDone = UnitTimes.UNKNOWN;

  TimedJob(Job job, int index) {
    this.job = job;
    this.index = index;
    Optional<Chunk> of = job.chunk();
    chunk = of.isPresent() ? of.get().ordinal() : NO_CHUNK;
    List<Wait> list = job.waits();
    waits = new int[FIELDS * list.size()];
    boolean perRow = false;
    boolean perTile = false;
    int at = 0;
    for (Wait w : list) {
      if (w.enabled()) {
        waits[at + CHUNK] = w.chunk().ordinal();
        waits[at + BASE] = w.base();
        waits[at + PER_ROW] = w.perRow() ? 1 : 0;
        waits[at + PER_TILE] = w.perTile() ? 1 : 0;
        perRow |= w.perRow();
        perTile |= w.perTile();
      }
      // A disabled wait needs 0 units of chunk 0, which always holds.
      at += FIELDS;
    }
    waitsPerRow = perRow;
    waitsPerTile = perTile;
  }

  /** First cycle in which all waits are seen to hold for a row block and tile, or UNKNOWN. */
  long waitsHold(UnitTimes[] units, int row, int tile) {
    long cycle = 0;
    for (int i = 0; i < waits.length; i += FIELDS) {
      long holds = units[waits[i + CHUNK]].shows(count(i, row, tile));
      if (holds == UnitTimes.UNKNOWN) {
        return holds;
      }
      cycle = Math.max(cycle, holds);
    }
    return cycle;
  }

  /**
   * Whether waits of row blocks hold as regularly as these come.
   *
   * @param row the first of them
   * @param rows so many
   * @param tile the last
   * @param ready what has held in this cycle delays none of them
   * @param cycles from one row block to the next, of all chunks that work in step
   * @param inStep those chunks, by {@code Chunk.ordinal}
   */
  boolean waitsHoldEvery(
      long cycles, UnitTimes[] units, int row, int rows, int tile, long ready, boolean[] inStep) {
    boolean regular = true;
    for (int i = 0; i < waits.length && regular; i += FIELDS) {
      UnitTimes of = units[waits[i + CHUNK]];
      boolean moves = waits[i + PER_ROW] == 1 && waits[i + PER_TILE] == 0;
      regular =
          of.shows(count(i, row + rows - 1, tile)) <= ready
              || moves && inStep[waits[i + CHUNK]] && of.comeEvery(cycles, count(i, row, 0) - 1);
    }
    return regular;
  }

  /** The first wait of which it is not known when it holds. */
  int unknownWait(UnitTimes[] units, int row, int tile) {
    int wait = 0;
    while (units[chunk(wait)].shows(count(wait, row, tile)) != UnitTimes.UNKNOWN) {
      wait += FIELDS;
    }
    return wait;
  }

  /** Whose units a wait asks for. */
  int chunk(int wait) {
    return waits[wait + CHUNK];
  }

  /** How many of them. */
  int count(int wait, int row, int tile) {
    return waits[wait + BASE] + waits[wait + PER_ROW] * row + waits[wait + PER_TILE] * tile;
  }

  /** The chunk whose wait is the last to hold. */
  Chunk waitsLongestFor(UnitTimes[] units, int row, int tile) {
    long cycle = -1;
    int chunk = 0;
    for (int i = 0; i < waits.length; i += FIELDS) {
      long holds = units[waits[i + CHUNK]].shows(count(i, row, tile));
      if (holds > cycle) {
        cycle = holds;
        chunk = waits[i + CHUNK];
      }
    }
    return CHUNKS[chunk];
  }

  /** A unit is complete. */
  void completed(long cycle) {
    if (firstDone == UnitTimes.UNKNOWN) {
      firstDone = cycle;
    }
    lastDone = cycle;
  }
}
