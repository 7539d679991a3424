package org.p2vit.generator.cycles;

import java.util.List;
import org.p2vit.rtl.Architecture;
import org.p2vit.rtl.Chunk;
import org.p2vit.rtl.job.MatMulJob;
import org.p2vit.rtl.job.MatMulJob.Destination;

/**
 * MATMUL: tiles follow each other at one pair of words a cycle, or as fast as the re-quantizer
 * takes their beats. Tiles, and row blocks, that need not wait for anything are computed at once.
 *
 * <p>The array stands still when a tile is complete and the re-quantizer has not taken all beats of
 * the one before; what is in the array's pipeline has been read by then.
 */
final class MatMulTiming extends ChunkTiming implements InStep {
  /** From taking a job to its first tile: the job is in a register. */
  private static final int TAKEN_TO_TILE = 1;

  /** From the sequencer's offer to the first pair of words: the queue of tiles. */
  private static final int TILE_TO_WORD = 1;

  /**
   * From the request of a tile's last pair of words to the write of its first beat: multiply, add,
   * accumulate, bank, queue of beats, four stages of the re-quantizer, queue of results.
   */
  private static final int LAST_WORD_TO_WRITE = 10;

  /**
   * From a beat's totals being taken, when the next one's residuals are asked for, to its write.
   */
  private static final int TAKEN_TO_WRITE = 5;

  /** From a tile's first pair of words to asking for its first residuals: the queue of tiles. */
  private static final int FIRST_WORD_TO_READ = 1;

  /**
   * From a tile's last pair of words to the pair before which the array stands still, if it must.
   */
  private static final int WORD_TO_STALL = 2;

  /** So many tiles that follow each other, or more, are computed at once from the first. */
  private static final int REGULAR_TILES = 3;

  private final int p;
  private final int beatsPerHalf;
  private final IdleCycles idle;
  private final Ports ports;
  private TimedJob job;
  private TimedJob latest;
  private int row;
  private int tile;
  private int rows;
  private int tiles;
  private int words;
  private int beats;
  private int beatsOfLastTile;

  /** Cycle in which the latest tile was offered. */
  private long offered;

  /** Written by the job in hand; null if it is nobody else's port. */
  private PortUse writes;

  /** Read by it; likewise. */
  private PortUse reads;

  /** Totals of the latest beat were taken. */
  private long taken = -1;

  /** The array's pipeline, and its own cycle of the latest tile's last pair of words. */
  private final Pipeline pipeline = new Pipeline();

  private long lastWord = -1;

  /** The last pair of words of the latest tile, as if the array had stood still before it. */
  private long last = -1;

  /** Requests of the last pairs of words of the latest tile, and of the tile before it. */
  private long requested = -1;

  private long requestedBefore = -1;

  /** Beats of the latest tile. */
  private int lastBeats;

  MatMulTiming(
      UnitTimes[] units, List<TimedJob> jobs, Architecture arch, IdleCycles idle, Ports ports) {
    super(units, Chunk.MATMUL.ordinal(), jobs);
    this.idle = idle;
    this.ports = ports;
    p = arch.requantColumns();
    beatsPerHalf = arch.columns() / p;
    units[Chunk.MATMUL.ordinal()].nextNotBefore(
        () -> notBefore(job == null ? 1 : (tiles - tile) * words));
  }

  @Override
  boolean advance() {
    boolean moved = false;
    while (true) {
      if (job == null) {
        if (!begin()) {
          return moved;
        }
        moved = true;
      }
      while (row < rows) {
        if (!tile()) {
          return moved;
        }
        moved = true;
      }
      job = null;
    }
  }

  private boolean begin() {
    job = queuedJob();
    if (job == null) {
      return false;
    }
    latest = job;
    MatMulJob j = (MatMulJob) job.job;
    row = 0;
    tile = 0;
    rows = j.rowBlocks();
    tiles = j.tiles();
    words = j.depthWords();
    beats = j.weights4() ? 2 * beatsPerHalf : beatsPerHalf;
    beatsOfLastTile = (j.columns() + p - 1) / p - (tiles - 1) * beats;
    writes =
        switch (j.destination()) {
          case ACTIVATION -> ports.matMulActivation;
          case KEY -> ports.matMulWeight;
          case RESIDUAL_ADD, RESIDUAL_SET -> ports.matMulResidual;
          case VALUE, SCORE -> null;
        };
    reads = j.destination() == Destination.RESIDUAL_ADD ? ports.matMulResidualRead : null;
    // The next job is taken with the last tile of the one before.
    take(job, Math.max(offered, job.queued));
    return true;
  }

  /** The next tile, and those of its row block that follow it without a wait. */
  private boolean tile() {
    long holds = waitsHold(job, row, tile);
    if (holds == UnitTimes.UNKNOWN) {
      return false;
    }
    long free = Math.max(offered, requestedBefore) + 1;
    long ready = Math.max(free, job.taken + TAKEN_TO_TILE);
    long offer = Math.max(holds, ready);
    long firstWord = Math.max(lastWord + 1, pipeline.own(offer + TILE_TO_WORD));
    long first = pipeline.cycle(firstWord);
    long gap = firstWord - lastWord - 1;
    lastWord = firstWord + words - 1;
    long unhindered = lastWord + pipeline.stalled();
    long hindered = Math.max(unhindered, last + lastBeats);
    account(holds, ready, gap, hindered - unhindered);
    offered = offer;
    requestedBefore = requested;
    requested = pipeline.cycle(lastWord);
    pipeline.stall(lastWord + WORD_TO_STALL, hindered - unhindered);
    last = hindered;
    int together = tile == 0 && words >= beats ? rowsTogether(offer, first) : 0;
    if (together * tiles >= REGULAR_TILES) {
      follow(first, together);
      return true;
    }
    lastBeats = tile == tiles - 1 ? beatsOfLastTile : beats;
    use(first, 1);
    if (++tile == tiles) {
      tile = 0;
      row++;
      complete(job, last + LAST_WORD_TO_WRITE + lastBeats - 1);
    }
    return true;
  }

  /**
   * Row blocks, from this one on, whose tiles follow each other without a gap, as far as is known.
   *
   * @param offer of this one's first tile
   * @param first pair of words of it
   */
  private int rowsTogether(long offer, long first) {
    int lastTile = job.waitsPerTile ? tiles - 1 : 0;
    if (job.waitsPerTile && job.waitsHold(units, row, lastTile) > offer) {
      return 0;
    }
    if (!job.waitsPerRow) {
      return rows - row;
    }
    // A tile is offered when the one before has begun.
    long inTime = tiles == 1 ? offer + 1 : first + (tiles - 1L) * words;
    int count = 1;
    while (row + count < rows && job.waitsHold(units, row + count, lastTile) <= inTime) {
      count++;
      inTime = first + ((long) count * tiles - 1) * words;
    }
    return count;
  }

  /** Row blocks follow the first tile of the first of them. */
  private void follow(long first, int count) {
    boolean full = beatsOfLastTile == beats;
    lastBeats = beatsOfLastTile;
    if (full) {
      use(first, count * tiles);
    }
    long rowWords = (long) tiles * words;
    long toLast = rowWords - words;
    for (int i = 0; i < count; i++) {
      if (!full) {
        use(first + i * rowWords, tiles);
      }
      complete(job, last + toLast + LAST_WORD_TO_WRITE + lastBeats - 1);
      last += rowWords;
    }
    last -= words;
    lastWord += count * rowWords - words;
    offered = pipeline.cycle(lastWord - 2L * words) + 1;
    requestedBefore = pipeline.cycle(lastWord - words);
    requested = pipeline.cycle(lastWord);
    row += count;
  }

  /**
   * Ports that tiles use which follow each other without a gap.
   *
   * @param first pair of words of the first of them
   */
  private void use(long first, int count) {
    long write = last + LAST_WORD_TO_WRITE;
    if (writes != null) {
      writes.add(write, words, beats, count, lastBeats);
    }
    if (reads != null) {
      // Behind each beat those of the next, of the next tile too; before, those of the first.
      reads.add(Math.max(first + FIRST_WORD_TO_READ, taken), 1);
      reads.add(write - TAKEN_TO_WRITE, words, beats, count, lastBeats - 1);
    }
    taken = write + (long) (count - 1) * words + lastBeats - 1 - TAKEN_TO_WRITE;
  }

  @Override
  public TimedJob inHand() {
    return job;
  }

  @Override
  public int row() {
    return row;
  }

  @Override
  public int lastTile() {
    return tiles - 1;
  }

  @Override
  public boolean isUndisturbed() {
    return tile == 0 && pipeline.isFlowing() && writes == null && reads == null;
  }

  @Override
  public long ready() {
    return offered + 1;
  }

  @Override
  public void state(CycleList cycles) {
    cycles.add(offered);
    cycles.add(requestedBefore);
    cycles.add(requested);
    cycles.add(lastWord);
    cycles.add(last);
    cycles.add(taken);
  }

  @Override
  public void completeEvery(long cycles, int rowBlocks) {
    long shift = cycles * rowBlocks;
    offered += shift;
    requestedBefore += shift;
    requested += shift;
    lastWord += shift;
    last += shift;
    taken += shift;
    row += rowBlocks;
    completeEvery(job, cycles, rowBlocks);
  }

  /** Of words, as far as is known. */
  long lastRequest() {
    return requested;
  }

  /** Why the array did not multiply before this tile. */
  private void account(long holds, long ready, long gap, long output) {
    if (output > 0) {
      idle.add(job, LossCause.OUTPUT, output);
    }
    if (gap == 0) {
      return;
    }
    if (last < 0) {
      idle.add(job, LossCause.START, gap);
    } else if (holds > ready) {
      idle.add(job, LossCause.waitingFor(job.waitsLongestFor(units, row, tile)), gap);
    } else {
      idle.add(job, LossCause.DISPATCH, gap);
    }
  }

  /** The write behind so many pairs of words more than are known is not before this cycle. */
  private long notBefore(int more) {
    return Math.max(last, awaitedNotBefore()) + more + LAST_WORD_TO_WRITE;
  }

  /** No port is used before this cycle, but as is known. */
  long portsNotBefore() {
    return Math.max(requested, awaitedNotBefore()) + 1 + FIRST_WORD_TO_READ;
  }

  /** ACTIVATION is not written before this cycle, but as is known. */
  long activationNotBefore() {
    if (job == null) {
      return notBefore(1);
    }
    boolean writesIt = writes == ports.matMulActivation;
    return notBefore(writesIt ? words : ((rows - row) * tiles - tile) * words + 1);
  }

  /** All jobs are done, and so is the run. */
  void end(long total) {
    if (latest != null) {
      idle.add(latest, LossCause.END, total - 1 - last);
    }
  }
}
