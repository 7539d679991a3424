package org.p2vit.generator.cycles;

import java.util.Arrays;

/**
 * A port of a buffer as one of its users sees it: those before it in {@code P2vit} go first. The
 * cycles asked for never go back by much.
 */
final class Port {
  private final PortReader[] before;

  /**
   * @param before all who go first
   */
  Port(PortReader... before) {
    this.before = before;
  }

  /**
   * @param before all who go first
   */
  static Port of(PortUse... before) {
    return new Port(Arrays.stream(before).map(PortReader::new).toArray(PortReader[]::new));
  }

  /** First cycle from {@code cycle} on in which the port is free; cycles must not go back. */
  long free(long cycle) {
    if (before.length == 1) {
      return before[0].free(cycle);
    }
    long result = cycle;
    int agreed = 0;
    for (int i = 0; agreed < before.length; i = i + 1 == before.length ? 0 : i + 1) {
      long free = before[i].free(result);
      agreed = free == result ? agreed + 1 : 1;
      result = free;
    }
    return result;
  }

  /** Whether the port is free in all these cycles; likewise. */
  boolean free(long from, long to) {
    for (PortReader r : before) {
      if (!r.isFree(from, to)) {
        return false;
      }
    }
    return true;
  }

  /** First cycle from {@code cycle} on in which the port is not free, as far as is known. */
  long usedFrom(long cycle) {
    long result = UnitTimes.UNKNOWN;
    for (PortReader r : before) {
      result = Math.min(result, r.usedFrom(cycle));
    }
    return result;
  }

  /**
   * In how many of the cycles {@code first}, {@code first + stride}, ... the port is free before it
   * is not, as far as is known; {@code first} does not lie before the latest cycle asked for.
   */
  int turns(long first, int stride, int most) {
    int result = most;
    for (PortReader r : before) {
      result = r.turns(first, stride, result);
    }
    return result;
  }

  /**
   * How often what has been seen of the port repeats, as far as is known.
   *
   * @param free the latest cycle that was found free, behind somebody's use of the port
   * @param period from the end of the use before that one to {@code free}
   */
  long repeats(long free, long period) {
    long result = Long.MAX_VALUE;
    for (PortReader r : before) {
      result = Math.min(result, r.repeats(free, period));
    }
    return result;
  }
}
