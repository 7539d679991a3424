package org.p2vit.synth.device;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.p2vit.synth.area.AreaEstimate;
import org.p2vit.synth.area.Multiplier;

/**
 * Whether a design fits a device, by its {@link AreaEstimate}. Multipliers take what DSP slices
 * there are, the rest of them LUTs; memories that block RAM has no room for go to the large blocks
 * if the device has some.
 *
 * @param device name of the device
 * @param lutInputs K of its LUTs
 * @param uses of each kind of resource
 */
public record DeviceFit(String device, int lutInputs, List<Use> uses) {
  public DeviceFit {
    uses = List.copyOf(uses);
  }

  /**
   * A kind of resource.
   *
   * @param resource its name in the data sheet
   * @param needed by the design
   * @param available on the device
   */
  public record Use(String resource, long needed, long available) {
    /** By what it misses, 0 if it fits. */
    @JsonProperty
    public long missing() {
      return Math.max(0, needed - available);
    }
  }

  /** Whether nothing is missing. */
  @JsonProperty
  public boolean fits() {
    return uses.stream().allMatch(u -> u.missing() == 0);
  }

  /** For example {@code 1,200 LUT6, 3 RAMB18}; empty if it fits. */
  @JsonProperty
  public String missing() {
    return uses.stream()
        .filter(u -> u.missing() > 0)
        .map(u -> String.format(Locale.ROOT, "%,d %s", u.missing(), u.resource()))
        .collect(Collectors.joining(", "));
  }

  /**
   * @param estimate with LUTs of the device's size
   */
  public static DeviceFit of(AreaEstimate estimate, Device device) {
    DeviceFamily family = device.family();
    if (estimate.lutInputs() != family.lutInputs()) {
      throw new IllegalArgumentException(estimate.lutInputs() + "-input LUTs for " + device.name());
    }
    long slices =
        estimate.multipliers().entrySet().stream().mapToLong(e -> slices(e, family)).sum();
    long dsps = Math.min(slices, device.dsps());
    long inDsps = estimate.total().luts() - estimate.total().lutsBesideDsp();
    // What the multipliers beyond the last slice take, at the average of all.
    long luts = estimate.total().luts() - (slices == 0 ? 0 : inDsps * dsps / slices);
    long registers = estimate.total().registers();
    List<Blocks> blocks = new ArrayList<>();
    for (AreaEstimate.Memory m : estimate.memories()) {
      if (family.distributed(m.shape())) {
        luts += m.instances() * family.distributedLuts(m.shape());
        registers += m.instances() * family.distributedRegisters(m.shape());
      } else {
        blocks.add(Blocks.of(m, family));
      }
    }
    long large = moveToLarge(blocks, device);
    List<Use> uses = new ArrayList<>();
    uses.add(new Use(family.lutUnit(), luts, device.luts()));
    uses.add(new Use("flip-flops", registers, device.registers()));
    if (device.dsps() > 0) {
      uses.add(new Use(family.dsp().name(), dsps, device.dsps()));
    }
    long small = blocks.stream().mapToLong(Blocks::small).sum();
    uses.add(new Use(family.blockRam().name(), small, device.blockRams()));
    if (device.ultraRams() > 0) {
      uses.add(new Use(family.ultraRam().name(), large, device.ultraRams()));
    }
    return new DeviceFit(device.name(), family.lutInputs(), uses);
  }

  private static long slices(Map.Entry<Multiplier, Long> multipliers, DeviceFamily family) {
    return multipliers.getValue() * multipliers.getKey().slices(family.dsp());
  }

  /** Blocks for all instances of a memory, all of the one or all of the other kind. */
  private record Blocks(long small, long large) {
    static Blocks of(AreaEstimate.Memory m, DeviceFamily family) {
      return new Blocks(
          m.instances() * family.blockRam().blocks(m.shape()),
          family.ultraRam() == null ? 0 : m.instances() * family.ultraRam().blocks(m.shape()));
    }
  }

  /**
   * Takes memories out of the list until the rest fits the small blocks, those first that save most
   * small blocks for a large one; returns how many large ones they take.
   */
  private static long moveToLarge(List<Blocks> blocks, Device device) {
    if (device.ultraRams() == 0) {
      return 0;
    }
    long large = 0;
    List<Blocks> byGain =
        blocks.stream()
            .sorted(Comparator.comparingDouble(b -> -(double) b.small() / b.large()))
            .toList();
    for (Blocks b : byGain) {
      if (blocks.stream().mapToLong(Blocks::small).sum() <= device.blockRams()) {
        break;
      }
      if (large + b.large() <= device.ultraRams()) {
        blocks.remove(b);
        large += b.large();
      }
    }
    return large;
  }
}
