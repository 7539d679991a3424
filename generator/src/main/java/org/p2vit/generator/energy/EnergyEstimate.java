package org.p2vit.generator.energy;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.p2vit.generator.compile.AccessCounts;
import org.p2vit.generator.compile.AccessCounts.Operation;
import org.p2vit.generator.compile.OnChip;
import org.p2vit.generator.compile.Schedule;
import org.p2vit.rtl.Architecture;

/**
 * Energy of an image: events counted exactly from the program, each at its {@link EnergyCosts}.
 * Clock tree, control and leakage are not part of it.
 *
 * @param picojoules an image, by who uses it: chunks' operations, memories, memory port
 * @param multiplications of the array an image, padding included
 * @param sramBits read and written an image
 * @param dramBytes over the memory port an image
 */
public record EnergyEstimate(
    Map<String, Double> picojoules, double multiplications, double sramBits, double dramBytes) {

  /** The part of the memory port. */
  public static final String DRAM = "DRAM";

  public static EnergyEstimate of(Schedule schedule, EnergyCosts costs) {
    return of(AccessCounts.of(schedule), schedule.images(), costs);
  }

  /**
   * @param images that the events are of
   */
  public static EnergyEstimate of(AccessCounts counts, double images, EnergyCosts costs) {
    Architecture arch = counts.architecture();
    Map<String, Double> parts = new LinkedHashMap<>();
    for (Operation o : Operation.values()) {
      parts.put(name(o), counts.operations(o) * costs.of(o) / images);
    }
    double bits = 0;
    for (OnChip memory : OnChip.values()) {
      long moved = counts.bitsRead(memory) + counts.bitsWritten(memory);
      int words = memory.words(arch.buffers());
      parts.put(memory.name() + " memory", moved * costs.sramBit(words) / images);
      bits += moved;
    }
    long bytes = counts.fetchedBytes() + counts.loadedBytes() + counts.storedBytes();
    parts.put(DRAM, bytes * costs.dramByte() / images);
    return new EnergyEstimate(
        parts,
        counts.operations(Operation.MULTIPLY_ACCUMULATE) / images,
        bits / images,
        bytes / images);
  }

  /** Microjoules an image. */
  public double microjoules() {
    return picojoules.values().stream().mapToDouble(Double::doubleValue).sum() / 1e6;
  }

  private static String name(Operation o) {
    return o.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
