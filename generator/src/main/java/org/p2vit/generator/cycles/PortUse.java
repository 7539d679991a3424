package org.p2vit.generator.cycles;

import java.util.Arrays;

/**
 * The cycles in which one chunk uses a port of a buffer, in the order of time: trains of runs that
 * repeat with a period.
 */
final class PortUse {
  private static final int START = 0;
  private static final int PERIOD = 1;
  private static final int LENGTH = 2;
  private static final int END = 3;

  /** Start of the last run. */
  private static final int LAST = 4;

  private static final int FIELDS = 5;

  /** {@link #FIELDS} numbers a train; a program has thousands of them. */
  private long[] trains = new long[1024 * FIELDS];

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

  private void append(long start, long period, long length, long lastStart, long end) {
    int at = count * FIELDS;
    if (count == 0 || !extend(at - FIELDS, start, period, length, lastStart)) {
      if (at == trains.length) {
        trains = Arrays.copyOf(trains, 2 * at);
      }
      trains[at + START] = start;
      trains[at + PERIOD] = period;
      trains[at + LENGTH] = length;
      trains[at + LAST] = lastStart;
      count++;
      at += FIELDS;
    }
    trains[at - FIELDS + END] = end;
    this.end = end;
  }

  /** Goes on with a train if what starts now continues it; two runs make a train. */
  private boolean extend(int at, long start, long period, long length, long lastStart) {
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
}
