package org.p2vit.generator.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A search of which the best result is known by trying all. */
class EvolutionTest {
  private static final int GROUPS = 14;
  private static final long SEED = 42;

  private final Sensitivity sensitivity;
  private final Cost cost;
  private final double limit;

  EvolutionTest() {
    Random random = new Random(SEED);
    double[][] rows = new double[GROUPS][5];
    List<LayerGroup> groups = new ArrayList<>();
    for (int g = 0; g < GROUPS; g++) {
      groups.add(new LayerGroup("group", List.of(), 0, 1 + random.nextInt(9)));
      for (int c = 0; c < 5; c++) {
        rows[g][c] = random.nextGaussian() * (1 + random.nextInt(3));
      }
    }
    double[][] matrix = new double[GROUPS][GROUPS];
    for (int g = 0; g < GROUPS; g++) {
      for (int h = 0; h < GROUPS; h++) {
        for (int c = 0; c < 5; c++) {
          matrix[g][h] += rows[g][c] * rows[h][c];
        }
      }
    }
    sensitivity = new Sensitivity(matrix);
    cost = Cost.meanBits(groups);
    limit = 1.4 * cost.of(Allocation.uniform(GROUPS, 4));
  }

  @Test
  void findsTheBestAllocationWithinTheBudget() {
    double best = Double.POSITIVE_INFINITY;
    for (int code = 0; code < 1 << GROUPS; code++) {
      boolean[] wide = new boolean[GROUPS];
      for (int g = 0; g < GROUPS; g++) {
        wide[g] = (code >> g & 1) == 1;
      }
      Allocation allocation = Allocation.of(wide);
      if (cost.of(allocation) <= limit) {
        best = Math.min(best, sensitivity.predict(allocation));
      }
    }
    double found = run(SEED, 100).stream().mapToDouble(sensitivity::predict).min().orElseThrow();
    assertEquals(best, found, 1e-9);
  }

  /** Also after many generations, when individuals are old. */
  @Test
  void keepsToTheBudgetAndUsesItUp() {
    for (Allocation a : run(SEED, 100)) {
      assertTrue(cost.of(a) <= limit, a + " costs " + cost.of(a) + ", " + limit + " are allowed");
      for (int g = 0; g < GROUPS; g++) {
        assertTrue(
            a.wide(g) || cost.of(a.with(g, 8)) > limit || sensitivity.gain(a, g) <= 0,
            a + " has room for group " + g);
      }
    }
  }

  @Test
  void sameSeedSameSearch() {
    assertEquals(run(SEED, 5), run(SEED, 5));
    assertNotEquals(run(SEED, 5), run(SEED + 1, 5));
  }

  /** Where the estimate is too low, the true cost decides. */
  @Test
  void trueCostDecides() {
    Repair repair =
        new Repair(
            sensitivity, new LinearCost(cost, GROUPS), 1.5 * limit, a -> cost.of(a) <= limit);
    Random random = new Random(SEED);
    for (int i = 0; i < 50; i++) {
      Allocation repaired = repair.apply(Allocation.uniform(GROUPS, 8), random);
      assertTrue(cost.of(repaired) <= limit, repaired.toString());
    }
  }

  private List<Allocation> run(long seed, int generations) {
    List<Allocation> asked = new ArrayList<>();
    Repair repair = new Repair(sensitivity, new LinearCost(cost, GROUPS), limit, a -> true);
    Evolution.run(
        seed,
        GROUPS,
        40,
        generations,
        List.of(),
        repair,
        a -> {
          asked.add(a);
          return -sensitivity.predict(a);
        },
        () -> false);
    return asked;
  }
}
