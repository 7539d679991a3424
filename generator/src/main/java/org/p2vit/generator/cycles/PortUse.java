package org.p2vit.generator.cycles;

import java.util.Arrays;

/**
 * The cycles in which one chunk uses a port of a buffer, in the order of time: trains of runs that
 * repeat with a period. A train may repeat as a whole.
 */
final class PortUse {
  private static final int START = 0;
  private static final int PERIOD = 1;
  private static final int LENGTH = 2;
  private static final int END = 3;

  /** Start of the last run. */
  private static final int LAST = 4;

  /** From a train to its next repetition, and to its last; 0 if it does not repeat. */
  private static final int REPETITION = 5;

  private static final int TO_LAST = 6;

  private static final int FIELDS = 7;

  /** {@link #FIELDS} numbers a train. */
  private long[] trains = new long[128 * FIELDS];

  private int count;

  /** Of the last run. */
  private long end = Long.MIN_VALUE;

  /** One run of cycles. */
  void add(long start, int cycles) {
    if (cycles > 0) {
      append(start, cycles, cycles, start, start + cycles);
    }
  }

  /**
   * Runs of equal length, but for the last.
   *
   * @param period from run to run
   * @param last cycles of the last run
   */
  void add(long start, long period, int cycles, int runs, int last) {
    if (runs == 1) {
      add(start, last);
    } else if (last == 0) {
      add(start, period, cycles, runs - 1, cycles);
    } else if (period == cycles) {
      add(start, (int) ((runs - 1) * period + last));
    } else {
      long lastStart = start + (runs - 1) * period;
      append(start, period, cycles, lastStart, lastStart + last);
    }
  }

  /**
   * Trains of runs, all alike.
   *
   * @param period from run to run
   * @param repetition from train to train
   */
  void addTrains(long start, long period, int cycles, int runs, long repetition, int times) {
    if (times < 2 || runs == 1 || period == cycles) {
      addSimply(start, period, cycles, runs, repetition, times);
      return;
    }
    long lastStart = start + (runs - 1) * period;
    int at = newTrain(start, period, cycles, lastStart);
    trains[at + END] = lastStart + cycles;
    trains[at + REPETITION] = repetition;
    trains[at + TO_LAST] = (times - 1) * repetition;
    end = trains[at + END] + trains[at + TO_LAST];
  }

  /** The trains are one, or runs. */
  private void addSimply(
      long start, long period, int cycles, int runs, long repetition, int times) {
    if (times == 1) {
      add(start, period, cycles, runs, cycles);
    } else if (times > 1) {
      add(start, repetition, runs * cycles, times, runs * cycles);
    }
  }

  private void append(long start, long period, long length, long lastStart, long end) {
    int at = (count - 1) * FIELDS;
    if (count == 0 || !extend(at, start, period, length, lastStart)) {
      at = newTrain(start, period, length, lastStart);
    }
    trains[at + END] = end;
    this.end = end;
  }

  private int newTrain(long start, long period, long length, long lastStart) {
    int at = count++ * FIELDS;
    if (at == trains.length) {
      trains = Arrays.copyOf(trains, 2 * at);
    }
    trains[at + START] = start;
    trains[at + PERIOD] = period;
    trains[at + LENGTH] = length;
    trains[at + LAST] = lastStart;
    return at;
  }

  /** Goes on with a train if what starts now continues it; two runs make a train. */
  private boolean extend(int at, long start, long period, long length, long lastStart) {
    if (trains[at + TO_LAST] > 0) {
      return false;
    }
    boolean isRun = trains[at + PERIOD] == trains[at + LENGTH];
    boolean startsRun = period == length;
    if (isRun && startsRun && trains[at + END] == start) {
      trains[at + PERIOD] += length;
      trains[at + LENGTH] += length;
      return true;
    }
    long since = start - trains[at + LAST];
    boolean alike =
        trains[at + LENGTH] == length
            && trains[at + END] - trains[at + LAST] == length
            && since > length
            && (startsRun || since == period)
            && (isRun || since == trains[at + PERIOD]);
    if (alike) {
      trains[at + PERIOD] = since;
      trains[at + LAST] = lastStart;
    }
    return alike;
  }

  /** Of the last run; there is none after it as yet. */
  long end() {
    return end;
  }

  long start(int train) {
    return trains[train * FIELDS + START];
  }

  long period(int train) {
    return trains[train * FIELDS + PERIOD];
  }

  /** Of each run but the last, which may be shorter. */
  long length(int train) {
    return trains[train * FIELDS + LENGTH];
  }

  long lastStart(int train) {
    return trains[train * FIELDS + LAST];
  }

  long end(int train) {
    return trains[train * FIELDS + END];
  }

  /** From a train to its next repetition. */
  long repetition(int train) {
    return trains[train * FIELDS + REPETITION];
  }

  /** From a train to its last repetition. */
  long toLast(int train) {
    return trains[train * FIELDS + TO_LAST];
  }
}
