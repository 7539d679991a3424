package org.p2vit.generator.search;

import java.util.stream.IntStream;

/**
 * A cost as if each group added its own: exact for bits and bytes, near for cycles, and computed in
 * no time.
 */
final class LinearCost {
  private final double narrow;
  private final double[] step;

  /** Looks at each group alone. */
  LinearCost(Cost cost, int groups) {
    Allocation all4 = Allocation.uniform(groups, Allocation.NARROW);
    narrow = cost.of(all4);
    step =
        IntStream.range(0, groups)
            .parallel()
            .mapToDouble(g -> cost.of(all4.with(g, Allocation.WIDE)) - narrow)
            .toArray();
  }

  double of(Allocation allocation) {
    double sum = narrow;
    for (int g = 0; g < step.length; g++) {
      sum += allocation.wide(g) ? step[g] : 0;
    }
    return sum;
  }

  /** What 8 bits in a group cost more than 4. */
  double step(int group) {
    return step[group];
  }
}
