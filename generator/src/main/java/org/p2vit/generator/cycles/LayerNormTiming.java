package org.p2vit.generator.cycles;

import java.util.List;
import org.p2vit.rtl.Architecture;
import org.p2vit.rtl.Chunk;
import org.p2vit.rtl.job.LayerNormJob;

/**
 * LAYER_NORM: sums of a row block, scalars of its rows, normalization. Each works on another row
 * block; the normalization goes first at the ports that it shares with the sums.
 */
final class LayerNormTiming extends RowByRowTiming {
  /** From starting a reader to its first request. */
  private static final int START_TO_READ = 1;

  /**
   * From the last request of the sums to sums: words, elements, squares, lane sums, accumulator.
   */
  private static final int READ_TO_SUMS = 5;

  /** Slots of {@code LayerNormScalar}: cycles a row. */
  private static final int SLOTS = 10;

  /** Rounds that a row takes; beyond, the scalar unit starts with a row at once. */
  private static final int ROUNDS = 3;

  /** From a row's first slot to its scale: slot 2 of its third round. */
  private static final int ROW_TO_SCALE = 2 * SLOTS + 2;

  /** From the last request of the normalization to the last use of the scales: words, elements. */
  private static final int READ_TO_USED = 2;

  /** From the last request of the normalization to the write. */
  private static final int READ_TO_DONE = 8;

  private static final long NEVER = -1L << 40;

  private final int rowsPerBlock;
  private final int p;
  private final int groups;
  private int words;

  /** The last request of the latest sums. */
  private long sumsEnd;

  /** All sums have been taken, of the latest row block and of the one before. */
  private long taken;

  private long takenBefore;

  /** First slot of the latest row. */
  private long lastRow = NEVER;

  /** The normalization has begun, so that there is room for scales. */
  private long normalized = NEVER;

  /** First and last request of the latest normalization. */
  private long firstRead = NEVER;

  private long lastRead = NEVER;

  /** Those of the one before. */
  private long firstReadBefore = NEVER;

  private long lastReadBefore = NEVER;
  private long done;

  LayerNormTiming(UnitTimes[] units, List<TimedJob> jobs, Architecture arch) {
    super(units, Chunk.LAYER_NORM.ordinal(), jobs);
    rowsPerBlock = arch.rows();
    p = arch.requantColumns();
    groups = arch.requantLanes() / arch.layerNormLanes();
  }

  @Override
  protected void begin(TimedJob job) {
    words = ((LayerNormJob) job.job).channels() / p;
  }

  @Override
  protected long row(TimedJob job, long open) {
    long start = Math.max(open, Math.max(sumsEnd, takenBefore));
    sumsEnd = sumsRead(start + START_TO_READ);
    long complete = Math.max(sumsEnd + groups - 1 + READ_TO_SUMS, taken);
    long firstRow = firstSlot(complete + 1);
    // A scale without room holds all rows up, but not those that were taken before.
    long held = Math.max(0, normalized + 1 - (firstRow + ROW_TO_SCALE));
    takenBefore = taken;
    taken = firstRow + (long) SLOTS * rowsPerBlock + (rowsPerBlock > 2 ? held : 0);
    lastRow = firstRow + held + (long) SLOTS * (rowsPerBlock - 1);
    long used = lastRead + groups - 1 + READ_TO_USED;
    normalized = Math.max(lastRow + ROW_TO_SCALE + 1, used);
    firstReadBefore = firstRead;
    lastReadBefore = lastRead;
    firstRead = normalized + START_TO_READ;
    lastRead = firstRead + (long) (words - 1) * groups;
    done = lastRead + groups - 1 + READ_TO_DONE;
    complete(job, done);
    return start;
  }

  /** When the scalar unit takes a row that has come: at once, or with the next round in work. */
  private long firstSlot(long came) {
    for (int round = 1; round <= ROUNDS; round++) {
      if (came <= lastRow + (long) round * SLOTS) {
        return lastRow + (long) round * SLOTS;
      }
    }
    return came;
  }

  /** Request of the last word of the sums, which let the normalizations before them go first. */
  private long sumsRead(long first) {
    long last = first + (long) (words - 1) * groups;
    last = behind(first, last, firstReadBefore, lastReadBefore);
    return behind(first, last, firstRead, lastRead);
  }

  /** Where reads from {@code first} to {@code last} end if those of a normalization go first. */
  private long behind(long first, long last, long from, long to) {
    if (last < from || first > to) {
      return last;
    }
    if (groups == 1) {
      return last + to + 1 - Math.max(first, from);
    }
    return (first - from) % groups == 0 ? last + 1 : last;
  }

  @Override
  protected long finish() {
    return done + 1;
  }
}
