package org.p2vit.verif.emulator;

import org.p2vit.rtl.Architecture;
import org.p2vit.rtl.job.EndJob;
import org.p2vit.rtl.job.LayerNormJob;
import org.p2vit.rtl.job.LoadJob;
import org.p2vit.rtl.job.MatMulJob;
import org.p2vit.rtl.job.ShifterJob;
import org.p2vit.rtl.job.SoftmaxJob;
import org.p2vit.rtl.job.StoreJob;
import org.p2vit.rtl.job.Wait;

/** A job in execution, one row block (MATMUL: one column tile of it; LOAD: one unit) a step. */
abstract class JobRun {
  protected final ProgramJob source;
  protected final Architecture arch;
  protected final Memories memories;
  private final int rows;
  private final int tiles;
  private int row;
  private int tile;

  /**
   * @param rows row blocks
   * @param tiles steps a row block
   */
  protected JobRun(ProgramJob source, Architecture arch, Memories memories, int rows, int tiles) {
    this.source = source;
    this.arch = arch;
    this.memories = memories;
    this.rows = rows;
    this.tiles = tiles;
    source.require(rows > 0, "rowBlocks", "0 row blocks");
    source.require(tiles > 0, "tiles", "0 tiles");
    checkWaits();
  }

  static JobRun of(ProgramJob source, Architecture arch, Memories memories, Dram dram) {
    if (source.job() instanceof LoadJob job) {
      return new LoadRun(source, job, arch, memories, dram);
    } else if (source.job() instanceof MatMulJob job) {
      return new MatMulRun(source, job, arch, memories);
    } else if (source.job() instanceof SoftmaxJob job) {
      return new SoftmaxRun(source, job, arch, memories);
    } else if (source.job() instanceof ShifterJob job) {
      return new ShifterRun(source, job, arch, memories);
    } else if (source.job() instanceof LayerNormJob job) {
      return new LayerNormRun(source, job, arch, memories);
    } else if (source.job() instanceof StoreJob job) {
      return new StoreRun(source, job, arch, memories, dram);
    } else if (source.job() instanceof EndJob) {
      throw new IllegalArgumentException("no chunk executes an EndJob");
    }
    throw new IllegalArgumentException("unknown job " + source);
  }

  private void checkWaits() {
    for (Wait w : source.job().waits()) {
      boolean byRow = !(source.job() instanceof LoadJob || source.job() instanceof StoreJob);
      source.require(!w.perRow() || byRow, "wait.perRow", "the job has no row blocks");
      source.require(
          !w.perTile() || source.job() instanceof MatMulJob,
          "wait.perTile",
          "the job has no column tiles");
    }
  }

  ProgramJob source() {
    return source;
  }

  boolean finished() {
    return row == rows;
  }

  /** Count of its chunk that a wait of this job asks for, before the next step. */
  int needed(Wait w) {
    return w.base() + (w.perRow() ? row : 0) + (w.perTile() ? tile : 0);
  }

  String position() {
    return source + ", row block " + row + (tiles > 1 ? ", tile " + tile : "");
  }

  /** Reads the operands of the next step from the memories as they are now, and computes. */
  final Step next() {
    Place place = new Place(source.chunk(), source.index(), row, tile);
    Step step = new Step(place, tile == tiles - 1 ? 1 : 0);
    compute(row, tile, step);
    if (++tile == tiles) {
      tile = 0;
      row++;
    }
    return step;
  }

  protected abstract void compute(int row, int tile, Step step);

  protected final EmulatedBuffer buffer(BufferId id) {
    return memories.get(id);
  }

  /** Lane of an element in a word {@code [row][perWord columns]}. */
  protected static int lane(int row, int column, int perWord) {
    return row * perWord + column % perWord;
  }
}
