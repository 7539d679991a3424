package org.p2vit.synth.area;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Area and logic depth of a design, by CIRCT's logic synthesis. Nothing is placed or routed; adders
 * are LUTs, without carry chains.
 *
 * @param top module
 * @param lutInputs K
 * @param parts those of the design that have anything, without the parts within them
 * @param total of all parts
 * @param modules distinct modules, each without those below it
 * @param memories distinct memories
 * @param unsynthesized modules that could not be synthesized: the rest is without them
 */
public record AreaEstimate(
    String top,
    int lutInputs,
    List<Part> parts,
    Resources total,
    List<Module> modules,
    List<Memory> memories,
    List<Unsynthesized> unsynthesized) {

  public AreaEstimate {
    parts = List.copyOf(parts);
    modules = List.copyOf(modules);
    memories = List.copyOf(memories);
    unsynthesized = List.copyOf(unsynthesized);
  }

  /**
   * A part of the design.
   *
   * @param criticalPath longest path that ends in it, wherever it began; null if none does
   */
  public record Part(DesignPart part, Resources resources, CriticalPath criticalPath) {}

  /**
   * A distinct module.
   *
   * @param instances how many are in the design
   * @param logic of one
   */
  public record Module(String name, long instances, ModuleLogic logic) {}

  /**
   * A distinct memory.
   *
   * @param instances how many are in the design
   */
  public record Memory(String name, long instances, MemoryShape shape) {}

  /** A module that circt-synth did not take, and why. */
  public record Unsynthesized(String module, long instances, String reason) {}

  /** The longest path of all, if there is any. */
  @JsonIgnore
  public Optional<CriticalPath> criticalPath() {
    return parts.stream()
        .map(Part::criticalPath)
        .filter(Objects::nonNull)
        .max((a, b) -> Integer.compare(a.levels(), b.levels()));
  }

  /** Multipliers of the whole design, and how many of each. */
  @JsonIgnore
  public Map<Multiplier, Long> multipliers() {
    Map<Multiplier, Long> all = new TreeMap<>();
    for (Module m : modules) {
      for (ModuleLogic.Multipliers e : m.logic().multipliers()) {
        all.merge(e.multiplier(), m.instances() * e.count(), Long::sum);
      }
    }
    return all;
  }
}
