package org.p2vit.generator.search;

import org.p2vit.model.InputException;

/**
 * What an allocation may cost.
 *
 * @param cost in which it counts
 * @param limit most that is allowed
 */
public record Budget(Cost cost, double limit) {

  boolean allows(Allocation allocation) {
    return cost.of(allocation) <= limit;
  }

  /**
   * Compares with the cheapest allocation.
   *
   * @throws InputException if not even 4 bits everywhere are within the limit
   */
  public void checkFeasible(int groups) {
    double least = cost.of(Allocation.uniform(groups, Allocation.NARROW));
    if (!(limit >= least)) {
      throw new InputException(
          "at most "
              + cost.format(limit)
              + " "
              + cost.unit()
              + " cannot be had; the least possible is "
              + cost.format(least)
              + " (4 bits in all layers)");
    }
  }
}
