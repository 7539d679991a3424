package org.p2vit.generator.cycles;

import java.util.List;
import org.p2vit.rtl.Architecture;
import org.p2vit.rtl.Chunk;
import org.p2vit.rtl.job.LayerNormJob;

/**
 * LAYER_NORM: sums of a row block, scalars of its rows, normalization; the first works on the next
 * row block while the last one works on this, which goes first at the ports that they share.
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

  /** From the last row's first slot to the next row block's: two rounds more of its own. */
  private static final int LAST_ROW_TO_NEXT = 3 * SLOTS;

  /** From a row's first slot to the start of the normalization: slot 2 of its third round. */
  private static final int ROW_TO_NORMALIZE = 2 * SLOTS + 3;

  /** From the last request of the normalization to the scales being free: words, elements. */
  private static final int READ_TO_FREE = 2;

  /** From the last request of the normalization to the write. */
  private static final int READ_TO_DONE = 8;

  private static final long NEVER = -1L << 40;

  private final int rowsPerBlock;
  private final int p;
  private final int groups;
  private int words;

  /** Sums can start again. */
  private long sumsFree;

  /** First slot of the latest row. */
  private long lastRow = NEVER;

  /** The scales of the row block before have been used. */
  private long scalesFree;

  /** First and last request of the latest normalization. */
  private long firstRead = NEVER;

  private long lastRead = NEVER;
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
    long start = Math.max(open, sumsFree);
    long sums = sumsRead(start + START_TO_READ) + groups - 1 + READ_TO_SUMS;
    long firstRow = Math.max(sums, Math.max(scalesFree, lastRow + LAST_ROW_TO_NEXT));
    lastRow = firstRow + (long) SLOTS * (rowsPerBlock - 1);
    sumsFree = lastRow + SLOTS;
    firstRead = lastRow + ROW_TO_NORMALIZE + START_TO_READ;
    lastRead = firstRead + (long) (words - 1) * groups;
    long lastElements = lastRead + groups - 1;
    scalesFree = lastElements + READ_TO_FREE + 1;
    done = lastElements + READ_TO_DONE;
    complete(job, done);
    return start;
  }

  /** Request of the last word of the sums, which lets the normalization before it go first. */
  private long sumsRead(long first) {
    long last = first + (long) (words - 1) * groups;
    if (last < firstRead || first > lastRead) {
      return last;
    }
    if (groups == 1) {
      return lastRead + words - Math.max(0, firstRead - first);
    }
    boolean collide = (first - firstRead) % groups == 0;
    return collide ? last + 1 : last;
  }

  @Override
  protected long finish() {
    return done + 1;
  }
}
