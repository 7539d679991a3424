package org.p2vit.generator.fit;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.p2vit.generator.compile.ModelTraits;
import org.p2vit.generator.cycles.FastPrediction;
import org.p2vit.model.InputException;
import org.p2vit.model.QuantizedModel;
import org.p2vit.model.VitShape;
import org.p2vit.rtl.Architecture;

/**
 * Chooses an architecture for a model: of the {@link DesignSpace} within the budget, one of least
 * {@link DesignCost}.
 *
 * <p>On each array that can still win, {@link FirstGuess} gives a design, which the cycle model
 * judges. The best few are improved step by step, a lane, ring or buffer at a time, until no step
 * makes them better.
 */
public final class ArchitectureFitter {
  /** Arrays whose designs are improved. */
  private static final int IMPROVED = 3;

  /** What improvement can gain at most: arrays that are further behind are left. */
  private static final double REACH = 1.05;

  /** Share of the cost that a step must gain to be taken. */
  private static final double LEAST_GAIN = 1e-4;

  /** Sizes of the weight buffer that are tried, relative to the present one. */
  private static final double[] WEIGHT_STEPS = {0.7, 0.8, 0.9, 0.95, 1.05, 1.1, 1.2, 1.5, 2};

  private final DesignSpace space;
  private final DesignCost cost;
  private final Map<DesignPoint, Double> known = new HashMap<>();

  private ArchitectureFitter(DesignSpace space, FastPrediction prediction) {
    this.space = space;
    cost = new DesignCost(space, prediction);
  }

  /**
   * @throws InputException if no architecture within the options suits the model
   */
  public static Architecture fit(QuantizedModel model, FitOptions options) {
    return fit(ModelTraits.of(model), FastPrediction.of(model), options);
  }

  /**
   * For any model with these traits; with 4-bit weights, for one that has no others.
   *
   * @throws InputException if no architecture within the options suits the model
   */
  public static Architecture fit(ModelTraits traits, FitOptions options) {
    return fit(traits, FastPrediction.of(traits), options);
  }

  private static Architecture fit(
      ModelTraits traits, FastPrediction prediction, FitOptions options) {
    int macs = options.macs().orElse(defaultMacs(traits.shape()));
    DesignSpace space = new DesignSpace(traits, options, macs);
    return space.architecture(new ArchitectureFitter(space, prediction).best());
  }

  /** MACs a cycle that suit a model of this size. */
  public static int defaultMacs(VitShape shape) {
    long macs = shape.macs();
    if (macs >= 400_000_000) {
      return 1024;
    }
    return macs >= 10_000_000 ? 512 : 128;
  }

  private DesignPoint best() {
    List<DesignPoint> guesses = guesses();
    guesses.sort(Comparator.comparingDouble(this::cost));
    double reach = REACH * cost(guesses.get(0));
    DesignPoint best = guesses.get(0);
    for (DesignPoint guess : guesses.subList(0, Math.min(IMPROVED, guesses.size()))) {
      if (cost(guess) <= reach && cost.atLeast(guess.array()) < cost(best)) {
        DesignPoint improved = improved(guess);
        best = cost(improved) < cost(best) ? improved : best;
      }
    }
    return best;
  }

  /** A design on each array, but for those that cannot win. */
  private List<DesignPoint> guesses() {
    List<ArrayChoice> arrays = new ArrayList<>(space.arrays());
    arrays.sort(Comparator.comparingLong(cost::leastCycles));
    List<DesignPoint> all = new ArrayList<>();
    double best = Double.MAX_VALUE;
    for (ArrayChoice array : arrays) {
      Optional<DesignPoint> guess = FirstGuess.of(space, array);
      if (guess.isPresent() && cost.leastCycles(array) <= best) {
        all.add(guess.get());
        best = Math.min(best, cost(guess.get()));
      }
    }
    if (all.isEmpty()) {
      throw new InputException(space.tooLittleMemory());
    }
    return all;
  }

  private double cost(DesignPoint d) {
    return known.computeIfAbsent(d, cost::of);
  }

  private DesignPoint improved(DesignPoint from) {
    DesignPoint best = from;
    DesignPoint before;
    do {
      before = best;
      best = best(best, lanes(best));
      best = best(best, shifters(best));
      best = best(best, rings(best));
      best = best(best, weights(best));
    } while (!best.equals(before));
    return best;
  }

  private DesignPoint best(DesignPoint present, List<DesignPoint> others) {
    DesignPoint best = present;
    for (DesignPoint d : others) {
      Optional<DesignPoint> fitting = space.within(d);
      if (fitting.isPresent() && better(fitting.get(), cost(best))) {
        best = fitting.get();
      }
    }
    return best;
  }

  private boolean better(DesignPoint d, double than) {
    double enough = (1 - LEAST_GAIN) * than;
    return cost.atLeast(d) < enough && cost(d) < enough;
  }

  private List<DesignPoint> lanes(DesignPoint d) {
    List<DesignPoint> all = new ArrayList<>();
    for (int p : space.requantColumns(d.array())) {
      for (int lanes : space.layerNormLanes(d.array(), p)) {
        if (near(p, d.requantColumns()) && near(lanes, d.layerNormLanes())) {
          DesignPoint other = d.withLanes(p, lanes);
          int columns = Math.max(p, d.shifterColumns());
          int depth = Math.max(Math.max(p, d.array().rows()), d.shifterDepth());
          all.add(other.withShifter(columns, depth));
        }
      }
    }
    return all;
  }

  private List<DesignPoint> shifters(DesignPoint d) {
    List<DesignPoint> all = new ArrayList<>();
    for (DesignSpace.ShifterChoice s : space.shifters(d.array(), d.requantColumns())) {
      if (near(s.size(), d.shifterColumns() * d.shifterDepth())) {
        all.add(d.withShifter(s.columns(), s.depth()));
      }
    }
    return all;
  }

  /** Whether one is at most twice the other. */
  private static boolean near(int a, int b) {
    return a <= 2 * b && b <= 2 * a;
  }

  private List<DesignPoint> rings(DesignPoint d) {
    int most = space.mostSlots(d.array());
    List<DesignPoint> all = new ArrayList<>();
    all.add(d.withRings(3 - d.valueBuffers(), d.scoreSlots(), d.codeSlots()));
    for (int slots : new int[] {d.scoreSlots() / 2, 2 * d.scoreSlots(), most}) {
      all.add(d.withRings(d.valueBuffers(), slots(slots, most), d.codeSlots()));
    }
    for (int slots : new int[] {d.codeSlots() / 2, 2 * d.codeSlots(), most}) {
      all.add(d.withRings(d.valueBuffers(), d.scoreSlots(), slots(slots, most)));
    }
    return all;
  }

  private static int slots(int wanted, int most) {
    return Math.max(DesignSpace.LEAST_SLOTS, Math.min(most, wanted));
  }

  private List<DesignPoint> weights(DesignPoint d) {
    List<DesignPoint> all = new ArrayList<>();
    for (double step : WEIGHT_STEPS) {
      all.add(d.withWeightWords((int) (step * d.weightWords())));
    }
    return all;
  }
}
