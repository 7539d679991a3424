package org.p2vit.generator.search;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Four groups, of which the last costs next to nothing and seems to gain nothing. */
class RepairTest {
  private static final int GROUPS = 4;

  /** What the last group errs makes up for what the others do. */
  private static final Sensitivity SENSITIVITY =
      new Sensitivity(
          new double[][] {{4, 0, 0, -1}, {0, 4, 0, -1}, {0, 0, 4, -1}, {-1, -1, -1, 1}});

  private static final Cost COST =
      Cost.meanBits(
          LongStream.of(9999, 9999, 9999, 1)
              .mapToObj(macs -> new LayerGroup("group", List.of(), 0, macs))
              .toList());

  private static String repaired(String start, double limit) {
    LinearCost estimate = new LinearCost(COST, GROUPS);
    Repair repair =
        new Repair(SENSITIVITY, estimate, limit, allocation -> COST.of(allocation) <= limit);
    return repair.apply(new Allocation(start), new Random(1)).code();
  }

  @Test
  void whatCostsNextToNothingGetsEightBits() {
    assertEquals('8', repaired("8444", 6).charAt(3));
    assertEquals('8', repaired("8884", 6).charAt(3));
  }

  @Test
  void notIfThereIsNoRoomAtAll() {
    assertEquals("4444", repaired("8884", COST.of(Allocation.uniform(GROUPS, 4))));
  }
}
