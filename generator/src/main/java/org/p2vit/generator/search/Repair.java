package org.p2vit.generator.search;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;

/**
 * Makes any choice of bits one that uses the budget up: takes bits away while it costs too much,
 * then gives bits as long as there is room. Of a few groups drawn at random the one is taken that
 * counts least, or most, for its cost.
 */
final class Repair {
  /** Groups that a choice is made from. */
  private static final int DRAWN = 3;

  private final Sensitivity sensitivity;
  private final LinearCost cost;
  private final double limit;
  private final Predicate<Allocation> allowed;

  /**
   * @param cost near the true one
   * @param limit of it
   * @param allowed the true constraint
   */
  Repair(Sensitivity sensitivity, LinearCost cost, double limit, Predicate<Allocation> allowed) {
    this.sensitivity = sensitivity;
    this.cost = cost;
    this.limit = limit;
    this.allowed = allowed;
  }

  Allocation apply(Allocation start, RandomGenerator random) {
    Allocation a = start;
    while (!fits(a)) {
      a = a.with(pick(a, Allocation.WIDE, false, random), Allocation.NARROW);
    }
    List<Integer> open = groups(a, Allocation.NARROW);
    while (true) {
      Allocation now = a;
      open.removeIf(g -> cost.of(now) + cost.step(g) > limit);
      if (open.isEmpty()) {
        return a;
      }
      Integer g = pick(a, open, true, random);
      open.remove(g);
      Allocation more = a.with(g, Allocation.WIDE);
      a = allowed.test(more) ? more : a;
    }
  }

  private boolean fits(Allocation a) {
    // The estimate goes first: the true cost may take long to find. Where they differ the true one
    // decides, but all groups at 4 bits are known to fit.
    if (!a.code().contains("8")) {
      return true;
    }
    return cost.of(a) <= limit && allowed.test(a);
  }

  private int pick(Allocation a, int bits, boolean most, RandomGenerator random) {
    return pick(a, groups(a, bits), most, random);
  }

  private int pick(Allocation a, List<Integer> from, boolean most, RandomGenerator random) {
    int best = -1;
    double bestWorth = 0;
    for (int i = 0; i < DRAWN; i++) {
      int g = from.get(random.nextInt(from.size()));
      double worth = sensitivity.gain(a, g) / Math.max(cost.step(g), 1e-9);
      if (best < 0 || (most ? worth > bestWorth : worth < bestWorth)) {
        best = g;
        bestWorth = worth;
      }
    }
    return best;
  }

  private static List<Integer> groups(Allocation a, int bits) {
    List<Integer> groups = new ArrayList<>();
    for (int g = 0; g < a.groups(); g++) {
      if (a.bits(g) == bits) {
        groups.add(g);
      }
    }
    return groups;
  }
}
