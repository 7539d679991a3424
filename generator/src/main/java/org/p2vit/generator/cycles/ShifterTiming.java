package org.p2vit.generator.cycles;

import java.util.List;
import org.p2vit.rtl.Architecture;
import org.p2vit.rtl.Chunk;
import org.p2vit.rtl.job.ShifterJob;

/**
 * SHIFTER: token groups of a tile one a cycle, results of the tile before p columns a cycle, when
 * MATMUL does not write ACTIVATION.
 */
final class ShifterTiming extends RowByRowTiming implements InStep {
  /** From issuing a tile's last token group to its move into the bank: items, operands, sums. */
  private static final int LAST_GROUP_TO_MOVE = 4;

  /** From a beat's leaving the bank to its write: the result register. */
  private static final int LEAVE_TO_WRITE = 1;

  private static final long NEVER = -1L << 40;

  private final int beats;
  private final Port port;
  private final PortUse writes;
  private int groups;
  private int tiles;
  private int tile;
  private long firstMove;
  private boolean opened;

  /** First cycle in which a row block can start: that of the last token group before. */
  private long walkFree;

  /** Cycle in which the latest tile moved to the bank. */
  private long moved = NEVER;

  /** The latest beat left the bank, and was written. */
  private long left = NEVER;

  private long written = NEVER;
  private long opening;

  /** The tiles of the latest row block were written as they came. */
  private boolean atOnce;

  ShifterTiming(UnitTimes[] units, List<TimedJob> jobs, Architecture arch, Ports ports) {
    super(units, Chunk.SHIFTER.ordinal(), jobs);
    beats = arch.shifterColumns() / arch.requantColumns();
    port = ports.shifterWrite();
    writes = ports.shifterActivation;
  }

  /**
   * Works as long as nobody uses the port.
   *
   * @param horizon until then it is known how MATMUL uses it
   */
  boolean workUnhindered(long horizon) {
    long end = horizon - beats + 1;
    if (next() < end) {
      end = Math.min(horizon, port.usedFrom(next())) - beats + 1;
    }
    boolean works = next() < end;
    if (works) {
      work(end);
    }
    return works;
  }

  @Override
  protected void begin(TimedJob job) {
    ShifterJob j = (ShifterJob) job.job;
    groups = j.tokenGroups();
    tiles = j.channelTiles();
    opened = false;
  }

  @Override
  protected long needsPorts(long open) {
    return firstMove(Math.max(open, walkFree)) + 1 + LEAVE_TO_WRITE;
  }

  private long firstMove(long start) {
    return Math.max(start + groups + LAST_GROUP_TO_MOVE, left);
  }

  @Override
  protected long start(long open) {
    long start = Math.max(open, walkFree);
    firstMove = firstMove(start);
    tile = 0;
    atOnce = true;
    return start;
  }

  @Override
  protected long nextPiece() {
    return nextMove() + 1 + LEAVE_TO_WRITE;
  }

  /** The pipeline stands still while a tile waits for the bank: as if its groups came later. */
  private long nextMove() {
    return tile == 0 ? firstMove : Math.max(moved + groups, left);
  }

  @Override
  protected boolean piece(long horizon) {
    moved = nextMove();
    if (!opened) {
      opening = moved;
      opened = true;
    }
    int count = tilesTogether(horizon);
    if (count > 1) {
      atOnce &= count == tiles;
      long write = moved + 1 + LEAVE_TO_WRITE;
      writes.add(write, groups, beats, count, beats);
      moved += (long) (count - 1) * groups;
      written = moved + LEAVE_TO_WRITE + beats;
      left = written - LEAVE_TO_WRITE;
    } else {
      atOnce &= tiles == 1;
      drain();
    }
    walkFree = moved - LAST_GROUP_TO_MOVE;
    tile += count;
    return tile == tiles;
  }

  /** Tiles, from this one on, each of which has left the bank before the next one is complete. */
  private int tilesTogether(long horizon) {
    long write = moved + 1 + LEAVE_TO_WRITE;
    if (groups < beats || tiles - tile == 1 || write + groups >= horizon) {
      return 1;
    }
    int count = (int) Math.min(tiles - tile, (horizon - 1 - write) / groups + 1);
    return port.free(write, write + (long) (count - 1) * groups + beats - 1) ? count : 1;
  }

  @Override
  protected long done() {
    return written;
  }

  /** Writes the tile in the bank. */
  private void drain() {
    long write = Math.max(moved + 1, written) + LEAVE_TO_WRITE;
    if (port.free(write, write + beats - 1)) {
      writes.add(write, beats);
      written = write + beats - 1;
      left = written - LEAVE_TO_WRITE;
      return;
    }
    atOnce = false;
    left = moved;
    for (int i = 0; i < beats; i++) {
      left = Math.max(left + 1, written);
      written = port.free(left + LEAVE_TO_WRITE);
      writes.add(written, 1);
    }
  }

  /** Of results, as far as is known. */
  long lastWrite() {
    return written;
  }

  @Override
  public boolean isUndisturbed() {
    return atOnce && !isStarted() && port.usedFrom(written) == UnitTimes.UNKNOWN;
  }

  @Override
  public long ready() {
    return earliest() - JobInHand.WAITS_TO_START;
  }

  @Override
  public void state(CycleList cycles) {
    cycles.add(earliest());
    cycles.add(walkFree);
    cycles.add(moved);
    cycles.add(left);
    cycles.add(written);
  }

  @Override
  public void completeEvery(long cycles, int rowBlocks) {
    long first = written - (long) (tiles - 1) * groups - beats + 1;
    writes.addTrains(first + cycles, groups, beats, tiles, cycles, rowBlocks);
    long shift = cycles * rowBlocks;
    walkFree += shift;
    moved += shift;
    left += shift;
    written += shift;
    rowsEvery(cycles, rowBlocks);
  }

  @Override
  protected long finish() {
    return Math.max(walkFree, opening) + 1;
  }
}
