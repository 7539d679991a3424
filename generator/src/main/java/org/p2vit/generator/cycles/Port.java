package org.p2vit.generator.cycles;

/**
 * A port of a buffer as one of its users sees it: those before it in {@code P2vit} go first. The
 * cycles asked for never go back by much.
 */
final class Port {
  private final PortUse[] before;
  private final int[] train;

  /**
   * @param before all who go first
   */
  Port(PortUse... before) {
    this.before = before;
    train = new int[before.length];
  }

  /** First cycle from {@code cycle} on in which the port is free; cycles must not go back. */
  long free(long cycle) {
    long result = cycle;
    long asked;
    do {
      asked = result;
      for (int i = 0; i < before.length; i++) {
        train[i] = before[i].after(train[i], result);
        result = before[i].free(train[i], result);
      }
    } while (result != asked);
    return result;
  }

  /** Whether the port is free in all these cycles; likewise. */
  boolean free(long from, long to) {
    for (int i = 0; i < before.length; i++) {
      train[i] = before[i].after(train[i], from);
      if (!before[i].passes(train[i], from, to)) {
        return false;
      }
    }
    return true;
  }

  /** First cycle from {@code cycle} on in which the port is not free, as far as is known. */
  long usedFrom(long cycle) {
    long result = UnitTimes.UNKNOWN;
    for (int i = 0; i < before.length; i++) {
      result = Math.min(result, before[i].usedFrom(train[i], cycle));
    }
    return result;
  }

  /**
   * In how many of the cycles {@code first}, {@code first + stride}, ... the port is free before it
   * is not, as far as is known; {@code first} does not lie before the latest cycle asked for.
   */
  int turns(long first, int stride, int most) {
    int result = most;
    for (int i = 0; i < before.length; i++) {
      result = before[i].turns(train[i], first, stride, result);
    }
    return result;
  }
}
