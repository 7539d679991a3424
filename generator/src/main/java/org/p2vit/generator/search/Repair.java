package org.p2vit.generator.search;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;

/**
 * Makes any choice of bits one that uses the budget up: takes bits away while it costs too much,
 * then gives bits as long as there is room and gain. Of a few groups drawn at random the one is
 * taken that counts least, or most, for its cost. Groups that cost next to nothing, such as the
 * head of a large model, get 8 bits first, whatever the prediction says of them: it may be wrong.
 */
final class Repair {
  /** Groups that a choice is made from. */
  private static final int DRAWN = 3;

  /** Share of the budget that is next to nothing. */
  private static final double NEGLIGIBLE = 0.001;

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
    for (int g : groups(a, Allocation.NARROW)) {
      a = isNegligible(g) ? a.with(g, Allocation.WIDE) : a;
    }
    while (!fits(a)) {
      a = a.with(pick(a, expendable(a), false, random), Allocation.NARROW);
    }
    Set<Integer> refused = new HashSet<>();
    while (true) {
      List<Integer> open = worthwhile(a);
      open.removeAll(refused);
      if (open.isEmpty()) {
        return a;
      }
      int g = pick(a, open, true, random);
      Allocation more = a.with(g, Allocation.WIDE);
      if (allowed.test(more)) {
        a = more;
      } else {
        refused.add(g);
      }
    }
  }

  /**
   * Groups for which there is room. Errors of two groups may cancel: 8 bits in one of them are no
   * gain then.
   */
  private List<Integer> worthwhile(Allocation a) {
    double spent = cost.of(a);
    List<Integer> groups = groups(a, Allocation.NARROW);
    groups.removeIf(g -> spent + cost.step(g) > limit || sensitivity.gain(a, g) <= 0);
    return groups;
  }

  private boolean fits(Allocation a) {
    // The estimate goes first: the true cost may take long to find. Where they differ the true one
    // decides, but all groups at 4 bits are known to fit.
    if (!a.code().contains("8")) {
      return true;
    }
    return cost.of(a) <= limit && allowed.test(a);
  }

  private boolean isNegligible(int group) {
    return cost.step(group) <= NEGLIGIBLE * limit;
  }

  /** Groups to take bits from: those that cost next to nothing only if there are no others. */
  private List<Integer> expendable(Allocation a) {
    List<Integer> wide = groups(a, Allocation.WIDE);
    List<Integer> costly = wide.stream().filter(g -> !isNegligible(g)).toList();
    return costly.isEmpty() ? wide : costly;
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
