package org.p2vit.generator.sweep;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.p2vit.generator.compile.ModelTraits;
import org.p2vit.generator.fit.ArrayChoice;
import org.p2vit.generator.fit.DesignPoint;
import org.p2vit.generator.fit.DesignSpace;
import org.p2vit.generator.fit.FirstGuess;
import org.p2vit.generator.fit.FitOptions;
import org.p2vit.model.InputException;
import org.p2vit.rtl.Architecture;

/**
 * All architectures of a {@link SweepSpace} that are possible for a model, each once, in a fixed
 * order; and why others are not.
 */
public final class DesignGrid {
  private static final int NAMED_REASONS = 3;

  private final SweepSpace space;
  private final ModelTraits traits;
  private final Set<Architecture> architectures = new LinkedHashSet<>();

  /** How often something was not possible. */
  private final Map<String, Integer> refused = new LinkedHashMap<>();

  private DesignGrid(SweepSpace space, ModelTraits traits) {
    this.space = space;
    this.traits = traits;
  }

  /**
   * @throws InputException if nothing in the space is possible, saying why
   */
  public static DesignGrid of(SweepSpace space, ModelTraits traits) {
    DesignGrid grid = new DesignGrid(space, traits);
    for (int axi : space.axiBits()) {
      grid.addPort(axi);
    }
    if (grid.architectures.isEmpty()) {
      throw new InputException("no design of the sweep space is possible: " + grid.reasons());
    }
    return grid;
  }

  public List<Architecture> architectures() {
    return List.copyOf(architectures);
  }

  /** How often something was not possible, by reason. */
  public Map<String, Integer> refused() {
    return refused;
  }

  /** The most frequent reasons, for people. */
  public String reasons() {
    return refused.entrySet().stream()
        .sorted(Map.Entry.<String, Integer>comparingByValue().reversed())
        .limit(NAMED_REASONS)
        .map(e -> e.getKey() + " (" + e.getValue() + (e.getValue() == 1 ? " design)" : " designs)"))
        .collect(Collectors.joining("; "));
  }

  private void addPort(int axiBits) {
    if (space.arrays() != null) {
      for (String text : space.arrays()) {
        int[] n = SweepSpace.numbers("arrays", text, 3);
        ArrayChoice array = new ArrayChoice(n[0], n[1], n[2]);
        designs(axiBits, array.macs())
            .ifPresent(
                designs -> {
                  if (designs.arrays().contains(array)) {
                    addArray(designs, array);
                  } else {
                    refuse("no array " + array + " for this model");
                  }
                });
      }
    } else {
      for (int macs : space.macs()) {
        if (Integer.bitCount(macs) != 1) {
          refuse(macs + " MACs are not a power of two");
          continue;
        }
        designs(axiBits, macs).ifPresent(d -> d.arrays().forEach(a -> addArray(d, a)));
      }
    }
  }

  private Optional<DesignSpace> designs(int axiBits, int macs) {
    try {
      FitOptions options = FitOptions.DEFAULT.withMacs(macs).withAxiBits(axiBits);
      DesignSpace designs = new DesignSpace(traits, options, macs);
      designs.arrays();
      return Optional.of(designs);
    } catch (InputException e) {
      refuse(e.getMessage());
      return Optional.empty();
    }
  }

  private void addArray(DesignSpace designs, ArrayChoice array) {
    Optional<DesignPoint> guess = FirstGuess.of(designs, array);
    if (guess.isEmpty()) {
      refuse("no design on the array " + array);
      return;
    }
    DesignPoint d = guess.get();
    int rows = array.rows();
    for (int requant : or(space.requantLanes(), rows * d.requantColumns())) {
      if (requant % rows != 0 || !designs.requantColumns(array).contains(requant / rows)) {
        refuse("requantLanes " + requant + " on the array " + array);
        continue;
      }
      for (int lanes : or(space.layerNormLanes(), Math.min(d.layerNormLanes(), requant))) {
        if (!designs.layerNormLanes(array, requant / rows).contains(lanes)) {
          refuse("layerNormLanes " + lanes + " beside requantLanes " + requant);
          continue;
        }
        addLanes(designs, d.withLanes(requant / rows, lanes));
      }
    }
  }

  private void addLanes(DesignSpace designs, DesignPoint d) {
    ArrayChoice array = d.array();
    int p = d.requantColumns();
    List<DesignSpace.ShifterChoice> possible = designs.shifters(array, p);
    List<DesignSpace.ShifterChoice> wanted = new ArrayList<>();
    if (space.shifters() == null) {
      wanted.add(
          new DesignSpace.ShifterChoice(
              Math.max(p, d.shifterColumns()),
              Math.max(Math.max(p, array.rows()), d.shifterDepth())));
    } else {
      for (String text : space.shifters()) {
        int[] n = SweepSpace.numbers("shifters", text, 2);
        wanted.add(new DesignSpace.ShifterChoice(n[0], n[1]));
      }
    }
    for (DesignSpace.ShifterChoice s : wanted) {
      if (!possible.contains(s)) {
        refuse(
            "shifters %d x %d on the array %s with %d results a cycle"
                .formatted(s.columns(), s.depth(), array, array.rows() * p));
        continue;
      }
      addBuffers(designs, d.withShifter(s.columns(), s.depth()));
    }
  }

  private void addBuffers(DesignSpace designs, DesignPoint d) {
    int most = designs.mostSlots(d.array());
    int tile = designs.leastWeightWords(d) / 2;
    List<Integer> words =
        space.weightTiles() == null
            ? List.of(d.weightWords())
            : space.weightTiles().stream()
                .map(t -> (int) Math.min(Integer.MAX_VALUE, (long) t * tile))
                .toList();
    for (int values : or(space.valueBuffers(), d.valueBuffers())) {
      for (int scores : or(space.scoreSlots(), d.scoreSlots())) {
        for (int codes : or(space.codeSlots(), d.codeSlots())) {
          for (int weights : words) {
            DesignPoint point =
                d.withRings(values, Math.min(most, scores), Math.min(most, codes))
                    .withWeightWords(weights);
            add(designs, point);
          }
        }
      }
    }
  }

  private void add(DesignSpace designs, DesignPoint d) {
    int least = DesignSpace.LEAST_SLOTS;
    if (d.valueBuffers() > 2) {
      refuse("valueBuffers " + d.valueBuffers() + ", 2 are the most");
    } else if (d.scoreSlots() < least || d.codeSlots() < least) {
      refuse("fewer than " + least + " scoreSlots or codeSlots");
    } else if (d.weightWords() < designs.leastWeightWords(d)) {
      refuse("weightTiles below 2");
    } else if (d.weightWords() > designs.mostWeightWords(d)) {
      refuse("weightTiles beyond two times the largest layer");
    } else if (space.memoryBytes().filter(limit -> designs.bytes(d) > limit).isPresent()) {
      refuse("more than " + space.memoryKib() + " KiB of memory");
    } else {
      architectures.add(designs.architecture(d));
    }
  }

  private static List<Integer> or(List<Integer> given, int otherwise) {
    return given == null ? Arrays.asList(otherwise) : given;
  }

  private void refuse(String reason) {
    refused.merge(reason, 1, Integer::sum);
  }
}
