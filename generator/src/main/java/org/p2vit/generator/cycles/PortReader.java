package org.p2vit.generator.cycles;

/**
 * Where somebody who asks for free cycles of a port has come to in another's use of it: at the
 * first run that ends after the latest cycle asked for, or, if none does as yet, at an earlier one.
 */
final class PortReader {
  /** So many periods are gone through one by one. */
  private static final int NEAR = 4;

  private final PortUse use;
  private int train;

  /** From the train to the repetition of it that the run belongs to. */
  private long repeated;

  /** Start of the run. */
  private long run;

  /** Its end as it was when last looked at: it may have grown. */
  private long end = Long.MIN_VALUE;

  PortReader(PortUse use) {
    this.use = use;
  }

  /** Goes on to a cycle; returns whether there is a run that ends after it. */
  private boolean seek(long cycle) {
    if (cycle >= end) {
      if (cycle >= use.end()) {
        return false;
      }
      seekOn(cycle);
    }
    return true;
  }

  private void seekOn(long cycle) {
    // At first it is before all runs.
    run = Math.max(run, use.start(train));
    while (end() <= cycle) {
      long last = lastStart();
      if (run < last) {
        long period = use.period(train);
        long ahead = Math.min(cycle, last) - run;
        run += ahead > NEAR * period ? ahead / period * period : period;
      } else {
        nextTrain(cycle);
      }
    }
  }

  /** Goes on to the next train, or to the repetition of this one that ends after a cycle. */
  private void nextTrain(long cycle) {
    long left = use.toLast(train) - repeated;
    if (left > 0) {
      long repetition = use.repetition(train);
      repeated += Math.min(left, ((cycle - end) / repetition + 1) * repetition);
    } else {
      train++;
      repeated = 0;
    }
    run = use.start(train) + repeated;
  }

  /** Of the train's last run. */
  private long lastStart() {
    return use.lastStart(train) + repeated;
  }

  private long end() {
    end = run == lastStart() ? use.end(train) + repeated : run + use.length(train);
    return end;
  }

  /** The first cycle from {@code cycle} on that is left free; cycles must not go back. */
  long free(long cycle) {
    long result = cycle;
    while (seek(result) && run <= result) {
      result = end();
    }
    return result;
  }

  /** Whether all these cycles are; likewise. */
  boolean isFree(long from, long to) {
    return !seek(from) || run > to;
  }

  /** The first cycle from {@code cycle} on in which it is used, as far as is known; likewise. */
  long usedFrom(long cycle) {
    return seek(cycle) ? Math.max(cycle, run) : UnitTimes.UNKNOWN;
  }

  /**
   * How many of the cycles {@code first}, {@code first + stride}, ... are free before one is not,
   * at most {@code most}; {@code first} does not lie before the latest cycle asked for.
   */
  int turns(long first, int stride, int most) {
    int ofTrain = train;
    long ofRepetition = repeated;
    long ofRun = run;
    long ofEnd = end;
    long afterLast = first + (long) stride * most;
    long cycle = first;
    boolean free = true;
    while (free && cycle < afterLast) {
      if (!seek(cycle) || run >= afterLast) {
        cycle = afterLast;
      } else if (run <= cycle) {
        free = false;
      } else {
        // The first turn that is not before the run.
        int ahead = (int) (run - cycle + stride - 1);
        cycle += ahead - ahead % stride;
        if (cycle >= end && (int) use.period(train) % stride == 0) {
          // All runs of the train lie between the turns, as this one does.
          run = lastStart();
          end();
        }
      }
    }
    train = ofTrain;
    repeated = ofRepetition;
    run = ofRun;
    end = ofEnd;
    return free ? most : (int) (cycle - first) / stride;
  }

  /**
   * How many of the runs behind a cycle that was found free follow one that is as long, {@code
   * period} before, and are followed by one; none if the next is not known.
   */
  long repeats(long cycle, long period) {
    boolean regular = use.period(train) == period && run - period >= use.start(train) + repeated;
    return run > cycle && regular ? (lastStart() - run) / period : 0;
  }
}
