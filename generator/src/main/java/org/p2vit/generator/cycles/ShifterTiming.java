package org.p2vit.generator.cycles;

import java.util.List;
import org.p2vit.rtl.Architecture;
import org.p2vit.rtl.Chunk;
import org.p2vit.rtl.job.ShifterJob;

/** SHIFTER: token groups of a tile one a cycle, results of the tile before p columns a cycle. */
final class ShifterTiming extends RowByRowTiming {
  /** From issuing a tile's last token group to its move into the bank: items, operands, sums. */
  private static final int LAST_GROUP_TO_MOVE = 4;

  /** From the move of a tile to the write of its last beat, less its beats: the result register. */
  private static final int MOVE_TO_DONE = 1;

  private final int beats;
  private int groups;
  private int tiles;
  private boolean opened;

  /** First cycle in which a row block can start: that of the last token group before. */
  private long walkFree;

  /** Cycle in which the latest tile moved to the bank. */
  private long moved = -1L << 40;

  private long opening;

  ShifterTiming(UnitTimes[] units, List<TimedJob> jobs, Architecture arch) {
    super(units, Chunk.SHIFTER.ordinal(), jobs);
    beats = arch.shifterColumns() / arch.requantColumns();
  }

  @Override
  protected void begin(TimedJob job) {
    ShifterJob j = (ShifterJob) job.job;
    groups = j.tokenGroups();
    tiles = j.channelTiles();
    opened = false;
  }

  @Override
  protected long row(TimedJob job, long open) {
    long start = Math.max(open, walkFree);
    // The pipeline stands still while a tile waits for the bank: as if its groups came later.
    moved = Math.max(start + groups + LAST_GROUP_TO_MOVE, moved + beats);
    if (!opened) {
      opening = moved;
      opened = true;
    }
    moved += (long) (tiles - 1) * Math.max(groups, beats);
    walkFree = moved - LAST_GROUP_TO_MOVE;
    complete(job, moved + beats + MOVE_TO_DONE);
    return start;
  }

  @Override
  protected long finish() {
    return Math.max(walkFree, opening) + 1;
  }
}
