package org.p2vit.generator.cycles;

import org.p2vit.rtl.Chunk;

/**
 * Row blocks of a head that MATMUL, SOFTMAX and SHIFTER work through in step. Once all of them do
 * as one row block before, so many cycles later, and so does what they wait for, they go on like
 * that: the row blocks that follow are known at once.
 */
final class SteadyRows {
  /** Fewer row blocks are computed one by one as fast. */
  static final int WORTHWHILE = 4;

  private static final int CHUNKS = 3;

  private final UnitTimes[] units;
  private final MatMulTiming matMul;
  private final ShifterTiming shifter;
  private final IdleCycles allIdle;

  private final int worthwhile;
  private int known;

  /** In the order of a head's jobs. */
  private final InStep[] chunks;

  private final boolean[] inStep = new boolean[Chunk.values().length];

  /** All there was when it was last looked at. */
  private State before = new State();

  private State now = new State();

  SteadyRows(
      UnitTimes[] units,
      MatMulTiming matMul,
      SoftmaxTiming softmax,
      ShifterTiming shifter,
      IdleCycles allIdle,
      int worthwhile) {
    this.worthwhile = worthwhile;
    this.units = units;
    this.matMul = matMul;
    this.shifter = shifter;
    this.allIdle = allIdle;
    chunks = new InStep[] {matMul, softmax, shifter};
    for (Chunk c : new Chunk[] {Chunk.MATMUL, Chunk.SOFTMAX, Chunk.SHIFTER}) {
      inStep[c.ordinal()] = true;
    }
  }

  /** Of the chunks: their rows, what can no longer delay them, and all cycles that matter. */
  private static final class State {
    private TimedJob scores;
    private final int[] row = new int[CHUNKS];
    private final long[] ready = new long[CHUNKS];
    private final CycleList cycles = new CycleList();
    private long[] idle;
  }

  /** Goes on if all chunks work on the same head, regularly; returns whether they do. */
  boolean advance() {
    if (!look()) {
      before.scores = null;
      return false;
    }
    long cycles = now.cycles.get(0) - before.cycles.get(0);
    int rows = oneFurther() && now.cycles.follows(before.cycles, cycles) ? rows(cycles) : 0;
    if (rows < worthwhile) {
      State older = before;
      before = now;
      now = older;
      return false;
    }
    for (InStep c : chunks) {
      c.completeEvery(cycles, rows);
    }
    allIdle.repeat(now.scores, before.idle, rows);
    before.scores = null;
    known += rows;
    return true;
  }

  /** Row blocks that were known at once. */
  int rows() {
    return known;
  }

  /** Looks at the chunks; returns whether all work on the same head and can go on. */
  private boolean look() {
    now.scores = matMul.inHand();
    boolean ofHead = now.scores != null && matMul.isUndisturbed();
    for (int i = 1; i < CHUNKS && ofHead; i++) {
      TimedJob job = chunks[i].inHand();
      ofHead = job != null && job.index == now.scores.index + i && chunks[i].isUndisturbed();
    }
    if (ofHead) {
      now.cycles.clear();
      for (int i = 0; i < CHUNKS; i++) {
        now.row[i] = chunks[i].row();
        now.ready[i] = chunks[i].ready();
        chunks[i].state(now.cycles);
      }
      now.idle = allIdle.of(now.scores);
    }
    return ofHead;
  }

  /** Whether all chunks are one row block further than before. */
  private boolean oneFurther() {
    boolean further = now.scores == before.scores;
    for (int i = 0; i < CHUNKS && further; i++) {
      further = now.row[i] == before.row[i] + 1;
    }
    return further;
  }

  /** How many row blocks come as regularly as the latest ones; the last of MATMUL is left. */
  private int rows(long cycles) {
    int rows = now.scores.job.units() - 1 - now.row[0];
    // Until then MATMUL writes nothing where SHIFTER does.
    boolean regular = shifter.lastWrite() <= matMul.lastRequest();
    for (int i = 0; i < CHUNKS && regular; i++) {
      TimedJob job = chunks[i].inHand();
      int tile = chunks[i].lastTile();
      long ready = before.ready[i];
      regular = job.waitsHoldEvery(cycles, units, now.row[i], rows, tile, ready, inStep);
    }
    return regular ? rows : 0;
  }
}
