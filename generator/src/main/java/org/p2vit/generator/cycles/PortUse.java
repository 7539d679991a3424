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
  private static final int FIELDS = 4;

  /** {@link #FIELDS} numbers a train. */
  private long[] trains = new long[256 * FIELDS];

  private int count;

  /** One run of cycles. */
  void add(long start, int cycles) {
    if (cycles > 0) {
      append(start, cycles, cycles, start + cycles);
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
      append(start, period, cycles, start + (runs - 1) * period + last);
    }
  }

  private void append(long start, long period, long length, long end) {
    int at = count * FIELDS;
    if (count > 0 && trains[at - FIELDS + END] == start && period == length && isRun(count - 1)) {
      long cycles = end - trains[at - FIELDS + START];
      trains[at - FIELDS + PERIOD] = cycles;
      trains[at - FIELDS + LENGTH] = cycles;
      trains[at - FIELDS + END] = end;
      return;
    }
    if (at == trains.length) {
      trains = Arrays.copyOf(trains, 2 * at);
    }
    trains[at + START] = start;
    trains[at + PERIOD] = period;
    trains[at + LENGTH] = length;
    trains[at + END] = end;
    count++;
  }

  private boolean isRun(int train) {
    return trains[train * FIELDS + PERIOD] == trains[train * FIELDS + LENGTH];
  }

  /**
   * The first train from {@code train} on that ends after {@code cycle}, or the last one, which can
   * still grow.
   */
  int after(int train, long cycle) {
    int result = train;
    while (result < count - 1 && trains[result * FIELDS + END] <= cycle) {
      result++;
    }
    return result;
  }

  /** Whether a train, if there is one, is not there in cycles {@code from} to {@code to}. */
  boolean passes(int train, long from, long to) {
    return train == count
        || trains[train * FIELDS + START] > to
        || trains[train * FIELDS + END] <= from;
  }

  /** The first cycle from {@code cycle} on that a train, if there is one, leaves free. */
  long free(int train, long cycle) {
    if (passes(train, cycle, cycle)) {
      return cycle;
    }
    int at = train * FIELDS;
    long period = trains[at + PERIOD];
    long run = trains[at + START] + (cycle - trains[at + START]) / period * period;
    long end = Math.min(run + trains[at + LENGTH], trains[at + END]);
    return Math.max(cycle, end);
  }

  /** The first cycle from {@code cycle} on in which it is used, as far as is known. */
  long usedFrom(int train, long cycle) {
    for (int at = train * FIELDS; at < count * FIELDS; at += FIELDS) {
      long start = trains[at + START];
      if (start >= cycle) {
        return start;
      }
      long period = trains[at + PERIOD];
      long inRun = (cycle - start) % period;
      long used = inRun < trains[at + LENGTH] ? cycle : cycle - inRun + period;
      if (used < trains[at + END]) {
        return used;
      }
    }
    return UnitTimes.UNKNOWN;
  }

  /**
   * How many of the cycles {@code first}, {@code first + stride}, ... it leaves free before it uses
   * one, at most {@code most}.
   */
  int turns(int train, long first, int stride, int most) {
    long end = first + (long) stride * most;
    for (int at = train * FIELDS; at < count * FIELDS && trains[at + START] < end; at += FIELDS) {
      long start = trains[at + START];
      long period = trains[at + PERIOD];
      long trainEnd = Math.min(trains[at + END], end);
      for (long run = start + Math.max(0, first - start) / period * period;
          run < trainEnd;
          run += period) {
        long turn = (Math.max(run, first) - first + stride - 1) / stride;
        if (first + turn * stride < Math.min(run + trains[at + LENGTH], trainEnd)) {
          return (int) turn;
        }
        if (run >= first && period % stride == 0) {
          // All its runs lie between the turns, as this one does.
          break;
        }
      }
    }
    return most;
  }
}
