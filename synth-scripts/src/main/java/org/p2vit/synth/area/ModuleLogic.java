package org.p2vit.synth.area;

import java.util.List;

/**
 * A module's own logic, without that of the modules below it.
 *
 * @param luts K-input LUTs
 * @param lutsBesideDsp the same where the multipliers are in DSP slices
 * @param aigNodes two-input ANDs of its and-inverter graph
 * @param registers flip-flop bits
 * @param lutLevels LUTs on the longest path between its registers, its ports and the ports of its
 *     instances
 * @param aigLevels ANDs on the longest such path
 * @param multipliers products of variables
 */
public record ModuleLogic(
    long luts,
    long lutsBesideDsp,
    long aigNodes,
    long registers,
    int lutLevels,
    int aigLevels,
    List<Multipliers> multipliers) {

  public ModuleLogic {
    multipliers = List.copyOf(multipliers);
  }

  /** {@code count} equal multipliers. */
  public record Multipliers(Multiplier multiplier, long count) {
    /** DSP slices for all of them. */
    public long slices(DspSlice dsp) {
      return count * multiplier.slices(dsp);
    }
  }

  /** DSP slices that the multipliers take. */
  public long dspSlices(DspSlice dsp) {
    return multipliers.stream().mapToLong(m -> m.slices(dsp)).sum();
  }
}
