package org.p2vit.generator.fit;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.p2vit.generator.cycles.FastPrediction;

/**
 * The least cycles in a {@link DesignSpace}: every array, lanes and shifter array, and buffer sizes
 * on a grid. Left out is only what a lower bound on its cycles proves not to beat a given design by
 * the margin asked for.
 */
final class DesignSweep {
  /**
   * How fine the sweep is.
   *
   * @param slots sizes of each ring that are tried
   * @param weights sizes of the weight buffer, from the least to the most, evenly in powers
   * @param allLanes all lanes of LayerNorm and all columns of the shifter array, or only the most
   */
  record Grid(int slots, int weights, boolean allLanes) {}

  /**
   * @param best the point of least cycles; null if none was simulated
   * @param cycles its cycles
   * @param points of the sweep
   * @param simulated those that no bound excluded
   */
  record Result(DesignPoint best, long cycles, long points, long simulated) {}

  private final DesignSpace space;
  private final DesignCost cost;
  private final Grid grid;

  DesignSweep(DesignSpace space, FastPrediction prediction, Grid grid) {
    this.space = space;
    this.grid = grid;
    cost = new DesignCost(space, prediction);
  }

  /** Looks for designs that take fewer than {@code cycles}. */
  Result below(double cycles) {
    List<DesignPoint> left = new ArrayList<>();
    long points = 0;
    for (DesignPoint lanes : lanes()) {
      List<DesignPoint> sizes = sizes(lanes);
      points += sizes.size();
      if (cost.leastCycles(lanes) < cycles) {
        left.addAll(sizes);
      }
    }
    long[] taken = left.parallelStream().mapToLong(cost::cycles).toArray();
    int best = IntStream.range(0, taken.length).reduce(0, (a, b) -> taken[b] < taken[a] ? b : a);
    return taken.length == 0
        ? new Result(null, Long.MAX_VALUE, points, 0)
        : new Result(left.get(best), taken[best], points, taken.length);
  }

  private List<DesignPoint> lanes() {
    List<DesignPoint> all = new ArrayList<>();
    for (ArrayChoice a : space.arrays()) {
      for (int p : space.requantColumns(a)) {
        List<DesignSpace.ShifterChoice> shifters = space.shifters(a, p);
        for (DesignSpace.ShifterChoice s : shifters) {
          for (int lanes : space.layerNormLanes(a, p)) {
            if (grid.allLanes() || widest(s, shifters) && lanes == a.rows() * p) {
              all.add(new DesignPoint(a, p, lanes, s.columns(), s.depth(), 1, 1, 1, 1));
            }
          }
        }
      }
    }
    return all;
  }

  /** More columns are faster; more depth need not be, since it pads tokens. */
  private static boolean widest(
      DesignSpace.ShifterChoice s, List<DesignSpace.ShifterChoice> among) {
    return among.stream().noneMatch(o -> o.depth() == s.depth() && o.columns() > s.columns());
  }

  private List<DesignPoint> sizes(DesignPoint lanes) {
    int most = space.mostSlots(lanes.array());
    TreeSet<Integer> slots = new TreeSet<>();
    for (int i = 0; i < grid.slots(); i++) {
      slots.add(Math.max(Math.min(4, most), most * i / (grid.slots() - 1)));
    }
    List<DesignPoint> all = new ArrayList<>();
    for (int values = 1; values <= 2; values++) {
      for (int score : slots) {
        for (int code : slots) {
          weights(lanes.withRings(values, score, code), all);
        }
      }
    }
    return all;
  }

  private void weights(DesignPoint d, List<DesignPoint> all) {
    double least = space.leastWeightWords(d);
    var most = space.within(d.withWeightWords(space.mostWeightWords(d)));
    if (most.isEmpty()) {
      return;
    }
    double ratio = most.get().weightWords() / least;
    for (int i = 0; i < grid.weights(); i++) {
      double words = least * Math.pow(ratio, (double) i / (grid.weights() - 1));
      all.add(d.withWeightWords((int) Math.round(words)));
    }
  }
}
