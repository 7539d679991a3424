package org.p2vit.generator.cycles;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.p2vit.rtl.Architecture;
import org.p2vit.rtl.Chunk;
import org.p2vit.rtl.job.LayerNormJob;

/**
 * LAYER_NORM: sums of a row block, scalars of its rows, normalization. Each works on another row
 * block; the normalization goes first at the ports that it shares with the sums, and MATMUL before
 * both.
 */
final class LayerNormTiming extends RowByRowTiming {
  /** From starting a reader to its first request. */
  private static final int START_TO_READ = 1;

  /**
   * From the last request of the sums to sums: words, elements, squares, lane sums, accumulator.
   */
  private static final int READ_TO_SUMS = 5;

  /** Slots a row of {@code LayerNormScalar}. */
  private static final int SLOTS = 10;

  /** Rounds that a row takes; beyond, the scalar unit starts with a row at once. */
  private static final int ROUNDS = 3;

  /** From a row's first slot to its scale: slot 2 of its third round. */
  private static final int ROW_TO_SCALE_SLOTS = 2 * SLOTS + 2;

  /** From the last element of the normalization to the last use of the scales. */
  private static final int ELEMENT_TO_USED = 1;

  /** From a word's last element in the normalization to its write: stages. */
  private static final int ELEMENT_TO_WRITE = 7;

  /** So many turns a word are looked at at once. */
  private static final int TURNS_PER_WORD = 2;

  private static final long NEVER = -1L << 40;

  private final int rowsPerBlock;

  /** Cycles of a slot, of a row, and from a row to its scale. */
  private final int slot;

  private final int rowCycles;
  private final int rowToScale;
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

  /** Its pipeline, and that one's own cycle of the last element of the latest word. */
  private final Pipeline pipeline = new Pipeline();

  private long element = NEVER;

  /** Words of the row block that are summed, and normalized, and when the next is asked for. */
  private int summed;

  private int word;

  private long asked;

  /** As far as is known: the port may not be free then. */
  private long nextRead;

  /** A write is due, and comes, as far as is known. */
  private long due = UnitTimes.UNKNOWN;

  private long nextWrite = UnitTimes.UNKNOWN;

  /**
   * Words that have been read but not written.
   *
   * @param ready own cycle of the pipeline in which the first of them is; the others follow each
   *     {@link #groups} cycles
   */
  private record Words(long ready, int count) {}

  private final Deque<Words> ready = new ArrayDeque<>();

  private long done;

  private final Port write;
  private final PortUse writes;
  private final Port normalizeRead;
  private final PortReader matMulReads;
  private final PortReader normalizeReads;
  private final Port sumsRead;
  private final Port sumsParameter;

  /** Of the normalization. */
  private final PortUse residualReads = new PortUse();

  private final PortUse parameterReads = new PortUse();

  /** Both lie in cycles that are this modulo {@link #groups} since then. */
  private long phase;

  private long phaseSince;

  LayerNormTiming(UnitTimes[] units, List<TimedJob> jobs, Architecture arch, Ports ports) {
    super(units, Chunk.LAYER_NORM.ordinal(), jobs);
    write = ports.layerNormWrite();
    writes = ports.layerNormActivation;
    normalizeRead = Port.of(ports.matMulResidualRead);
    matMulReads = new PortReader(ports.matMulResidualRead);
    normalizeReads = new PortReader(residualReads);
    sumsRead = new Port(matMulReads, normalizeReads);
    sumsParameter = Port.of(parameterReads);
    rowsPerBlock = arch.rows();
    slot = arch.economy().scalarCycles();
    rowCycles = SLOTS * slot;
    rowToScale = ROW_TO_SCALE_SLOTS * slot;
    p = arch.requantColumns();
    groups = arch.requantLanes() / arch.layerNormLanes();
  }

  @Override
  protected void begin(TimedJob job) {
    words = ((LayerNormJob) job.job).channels() / p;
  }

  @Override
  protected long needsPorts(long open) {
    return nextSum(sumsStart(open) + START_TO_READ);
  }

  private long sumsStart(long open) {
    return Math.max(open, Math.max(sumsEnd, takenBefore));
  }

  /** The sums are complete, and those of the row block before have been taken. */
  private long complete(long lastRead) {
    return Math.max(lastRead + groups - 1 + READ_TO_SUMS, taken);
  }

  /** The normalization begins. */
  private long normalization(long firstSlotOfLastRow) {
    return Math.max(firstSlotOfLastRow + rowToScale + 1, pipeline.cycle(element + ELEMENT_TO_USED));
  }

  @Override
  protected long start(long open) {
    long start = sumsStart(open);
    summed = 0;
    word = 0;
    ask(nextSum(start + START_TO_READ));
    return start;
  }

  @Override
  protected long nextPiece() {
    return summed == words && writesFirst() ? nextWrite : nextRead;
  }

  @Override
  protected boolean piece(long horizon) {
    if (summed < words) {
      sum(horizon);
    } else if (writesFirst()) {
      write(horizon);
    } else {
      read(horizon);
    }
    return word == words && ready.isEmpty();
  }

  /** A write that is due goes before a read: if it waits, all stand still. */
  private boolean writesFirst() {
    return word == words || due <= nextRead;
  }

  /** Words are read for the sums. */
  private void sum(long horizon) {
    nextRead = sumsRead.free(nextRead);
    if (nextRead >= horizon) {
      return;
    }
    sumsEnd = sumsParameter.free(asked);
    summed++;
    long resumed = nextRead;
    if (sumsEnd <= nextRead) {
      sumsEnd = nextRead;
      resumed = sumTurns(horizon);
    }
    if (summed < words) {
      ask(nextSum(sumsEnd));
      nextRead = Math.max(nextRead, resumed);
    } else {
      scalars();
      normalized = normalization(lastRow);
      ask(normalized + START_TO_READ);
    }
  }

  /**
   * Words behind the latest are read, a turn each {@link #groups} cycles, as long as only MATMUL
   * takes turns, and whole ones.
   *
   * @return cycle from which on the next word can be read
   */
  private long sumTurns(long horizon) {
    long turn = sumsEnd + groups;
    int turns = before(horizon, sumsEnd, TURNS_PER_WORD * (words - summed) + 1) - 1;
    if (turn < phaseSince || turn % groups == phase) {
      turns = normalizeReads.turns(turn, groups, turns);
      // The first word's parameters may have come earlier.
      turns = sumsParameter.turns(turn, groups, turns);
    }
    long end = turn + (long) turns * groups;
    while (summed < words && turn < end) {
      int most = Math.min(words - summed, (int) (end - turn) / groups);
      int free = matMulReads.turns(turn, groups, most);
      summed += free;
      turn += (long) free * groups;
      sumsEnd = free == 0 ? sumsEnd : turn - groups;
      if (free < most) {
        long resumed = sumsRead.free(turn);
        if ((resumed - turn) % groups != 0) {
          return resumed;
        }
        turn = resumed;
      }
    }
    return turn;
  }

  /**
   * How many words have their turn before {@code end}, at least one, a word each {@code groups}
   * cycles.
   */
  private int before(long end, long first, int most) {
    long window = end - 1 - first;
    return window >= (long) groups * (most - 1) ? most : 1 + Math.max(0, (int) window / groups);
  }

  private void ask(long cycle) {
    asked = cycle;
    nextRead = cycle;
  }

  /** When the next word is asked for: the one before, of whatever row block, is taken apart. */
  private long nextSum(long from) {
    return Math.max(from, sumsEnd + groups);
  }

  /** The rows of the sums pass through the scalar unit. */
  private void scalars() {
    long firstRow = firstSlot(complete(sumsEnd) + 1);
    // A scale without room holds all rows up, but not those that were taken before.
    long held = Math.max(0, normalized + 1 - (firstRow + rowToScale));
    takenBefore = taken;
    taken = firstRow + (long) rowCycles * rowsPerBlock - slot + 1 + (rowsPerBlock > 2 ? held : 0);
    lastRow = firstRow + held + (long) rowCycles * (rowsPerBlock - 1);
  }

  /** Words are read to be normalized, each when the one before has been taken apart. */
  private void read(long horizon) {
    nextRead = normalizeRead.free(nextRead);
    if (nextRead >= Math.min(horizon, due)) {
      return;
    }
    long own = pipeline.own(nextRead + 1) + groups - 1;
    int count = 1;
    long undisturbed = nextRead;
    if (pipeline.isFlowing() && pipeline.cycle(own) == nextRead + groups) {
      long firstWrite = Math.min(due, own + ELEMENT_TO_WRITE + pipeline.stalled());
      undisturbed = Math.min(horizon, write.usedFrom(firstWrite));
      count = before(undisturbed, nextRead, words - word);
      count = 1 + normalizeRead.turns(nextRead + groups, groups, count - 1);
    }
    long first = nextRead;
    reads(asked, first, count, groups, 1);
    element = own + (long) (count - 1) * groups;
    long lastWrite = element + ELEMENT_TO_WRITE + pipeline.stalled();
    if (lastWrite < undisturbed) {
      while (!ready.isEmpty()) {
        Words next = ready.remove();
        written(next.ready() + pipeline.stalled(), next.count());
      }
      written(own + ELEMENT_TO_WRITE + pipeline.stalled(), count);
    } else {
      ready.add(new Words(own + ELEMENT_TO_WRITE, count));
    }
    writeNext();
    word += count;
    ask(pipeline.cycle(element));
    if (lastWrite < undisturbed && count > 1 && word + count <= words) {
      repeat(first, count, undisturbed - 1 - lastWrite);
    }
  }

  /**
   * Words are read, several times in a row; the parameters of the first of them come when they are
   * asked for.
   *
   * @param period from each time to the next
   */
  private void reads(long ask, long first, int count, long period, int times) {
    inPhase(ask);
    inPhase(first);
    parameterReads.add(ask, 1);
    // Each time but the last, the first parameters of the next words follow.
    parameterReads.addTrains(first + groups, groups, 1, count, period, times - 1);
    if (count > 1) {
      long last = first + (times - 1) * period;
      parameterReads.add(last + groups, groups, 1, count - 1, 1);
    }
    int late = (int) (first - ask);
    if (late % groups == 0) {
      // Turns that MATMUL took are used anyway: with them all reads are one train.
      residualReads.add(ask, groups, 1, times * (late / groups + count), 1);
    } else {
      residualReads.addTrains(first, groups, 1, count, period, times);
    }
  }

  /**
   * Words that follow as those before did, as often as MATMUL comes between again.
   *
   * @param first read of those before
   * @param count of them
   * @param within so many cycles later, all will be as it was
   */
  private void repeat(long first, int count, long within) {
    nextRead = normalizeRead.free(asked);
    long period = nextRead - first;
    if (nextRead == asked || period > within || period % groups != 0) {
      return;
    }
    long most = Math.min((words - word) / count, within / period);
    int times = (int) Math.min(most, normalizeRead.repeats(nextRead, period));
    if (times == 0) {
      return;
    }
    reads(asked, nextRead, count, period, times);
    long firstWrite = done - (long) (count - 1) * groups + period;
    writes.addTrains(firstWrite, groups, 1, count, period, times);
    done += times * period;
    element += times * period;
    word += times * count;
    ask(pipeline.cycle(element));
  }

  /** The normalization reads in a cycle. */
  private void inPhase(long cycle) {
    if (cycle % groups != phase) {
      phase = cycle % groups;
      phaseSince = cycle;
    }
  }

  /** Words are written, each {@link #groups} cycles after the one before. */
  private void written(long first, int count) {
    writes.add(first, groups, 1, count, 1);
    done = first + (long) (count - 1) * groups;
  }

  private void writeNext() {
    due = ready.isEmpty() ? UnitTimes.UNKNOWN : ready.element().ready() + pipeline.stalled();
    nextWrite = due;
  }

  private void write(long horizon) {
    long first = write.free(nextWrite);
    if (first >= horizon) {
      nextWrite = first;
      return;
    }
    Words next = ready.remove();
    long late = first - next.ready() - pipeline.stalled();
    if (late > 0) {
      pipeline.stall(next.ready(), late);
      asked = Math.max(asked, pipeline.cycle(element));
      nextRead = Math.max(nextRead, asked);
    }
    int count = before(horizon, first, next.count());
    count = 1 + write.turns(first + groups, groups, count - 1);
    written(first, count);
    if (count < next.count()) {
      ready.addFirst(new Words(next.ready() + (long) count * groups, next.count() - count));
    }
    writeNext();
  }

  @Override
  protected long done() {
    return done;
  }

  /** When the scalar unit takes a row that has come: at once, or with the next round in work. */
  private long firstSlot(long came) {
    for (int round = 1; round <= ROUNDS; round++) {
      if (came <= lastRow + (long) round * rowCycles) {
        return lastRow + (long) round * rowCycles;
      }
    }
    return came;
  }

  @Override
  protected long finish() {
    return done + 1;
  }
}
