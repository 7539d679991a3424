package org.p2vit.generator.sweep;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.p2vit.model.InputException;
import org.p2vit.model.io.SettingsFile;

/**
 * The designs of a sweep, as {@code SPACE.json} gives them: the values that each parameter takes,
 * all combined. For a parameter that is not given, the generator's rules choose one value that
 * suits the others.
 *
 * @param macs multipliers, every array of so many; a power of two each
 * @param arrays R x C x D, instead of {@code macs}
 * @param requantLanes results re-quantized a cycle
 * @param layerNormLanes elements normalized a cycle
 * @param shifters Cs x Ds
 * @param valueBuffers heads whose values are on chip, 1 or 2
 * @param scoreSlots row blocks of scores on chip
 * @param codeSlots row blocks of attention codes on chip
 * @param weightTiles column tiles of the deepest layer for which there is room, at least 2
 * @param axiBits width of the memory port
 * @param latency of the memory, in cycles
 * @param memoryKib designs with more on-chip memory than that are left out; null: none
 */
public record SweepSpace(
    List<Integer> macs,
    List<String> arrays,
    List<Integer> requantLanes,
    List<Integer> layerNormLanes,
    List<String> shifters,
    List<Integer> valueBuffers,
    List<Integer> scoreSlots,
    List<Integer> codeSlots,
    List<Integer> weightTiles,
    List<Integer> axiBits,
    List<Integer> latency,
    Integer memoryKib) {
  private static final SettingsFile<SweepSpace> FORMAT =
      SettingsFile.partial(SweepSpace.class, "sweep space");

  /** Rows, columns or depth of an array; their product is an int. */
  private static final int MOST_OF_A_SIDE = 1 << 10;

  private static final List<Integer> AXI_BITS = List.of(128);
  private static final List<Integer> LATENCY = List.of(100);

  public SweepSpace {
    Map<String, List<?>> lists = new LinkedHashMap<>();
    lists.put("macs", macs);
    lists.put("arrays", arrays);
    lists.put("requantLanes", requantLanes);
    lists.put("layerNormLanes", layerNormLanes);
    lists.put("shifters", shifters);
    lists.put("valueBuffers", valueBuffers);
    lists.put("scoreSlots", scoreSlots);
    lists.put("codeSlots", codeSlots);
    lists.put("weightTiles", weightTiles);
    lists.put("axiBits", axiBits);
    lists.put("latency", latency);
    lists.forEach(SweepSpace::check);
    if ((macs == null) == (arrays == null)) {
      throw new IllegalArgumentException(
          macs == null
              ? "\"macs\" or \"arrays\" is needed"
              : "\"macs\" and \"arrays\" are both given; one says how many multipliers");
    }
    if (arrays != null) {
      arrays.forEach(a -> numbers("arrays", a, 3));
    }
    if (shifters != null) {
      shifters.forEach(s -> numbers("shifters", s, 2));
    }
    if (memoryKib != null && memoryKib < 1) {
      throw new IllegalArgumentException("memoryKib is " + memoryKib + "; it must be at least 1");
    }
    axiBits = axiBits == null ? AXI_BITS : List.copyOf(axiBits);
    latency = latency == null ? LATENCY : List.copyOf(latency);
  }

  /**
   * @throws InputException naming what is wrong: not JSON, a parameter that is not known, a value
   *     that is not possible
   */
  public static SweepSpace read(Path file) {
    return FORMAT.read(file);
  }

  Optional<Long> memoryBytes() {
    return Optional.ofNullable(memoryKib).map(kib -> kib * 1024L);
  }

  private static void check(String name, List<?> values) {
    if (values == null) {
      return;
    }
    if (values.isEmpty()) {
      throw new IllegalArgumentException("\"" + name + "\" is empty; leave it out, or give values");
    }
    for (Object value : values) {
      if (value == null || value instanceof Integer i && i < 1) {
        throw new IllegalArgumentException(
            "\"%s\" has %s; values must be at least 1".formatted(name, value));
      }
    }
  }

  /** {@code 1x16x64}. */
  static int[] numbers(String name, String text, int count) {
    String[] parts = text.split("x");
    int[] values = new int[count];
    try {
      if (parts.length == count) {
        for (int i = 0; i < count; i++) {
          values[i] = Integer.parseInt(parts[i].strip());
        }
        if (Arrays.stream(values).allMatch(v -> v >= 1 && v <= MOST_OF_A_SIDE)) {
          return values;
        }
      }
    } catch (NumberFormatException e) {
      // Reported below.
    }
    throw new IllegalArgumentException(
        "\"%s\" has \"%s\"; a value is %d numbers from 1 to %,d, such as %s"
            .formatted(name, text, count, MOST_OF_A_SIDE, count == 3 ? "1x16x64" : "16x16"));
  }
}
