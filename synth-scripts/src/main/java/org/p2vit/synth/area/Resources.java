package org.p2vit.synth.area;

/**
 * What a part of a design takes.
 *
 * @param luts K-input LUTs, multipliers and all
 * @param lutsBesideDsp the same where the multipliers are in DSP slices
 * @param dspSlices {@link DspSlice#DSP48E2} that then hold them
 * @param registers flip-flop bits
 * @param aigNodes two-input ANDs
 * @param blockMemoryBits bits of memories that are read synchronously
 * @param distributedMemoryBits bits of memories that are read within the cycle
 */
public record Resources(
    long luts,
    long lutsBesideDsp,
    long dspSlices,
    long registers,
    long aigNodes,
    long blockMemoryBits,
    long distributedMemoryBits) {

  static final Resources NONE = new Resources(0, 0, 0, 0, 0, 0, 0);

  static Resources of(ModuleLogic logic) {
    return new Resources(
        logic.luts(),
        logic.lutsBesideDsp(),
        logic.dspSlices(DspSlice.DSP48E2),
        logic.registers(),
        logic.aigNodes(),
        0,
        0);
  }

  static Resources of(MemoryShape memory) {
    long bits = memory.totalBits();
    boolean distributed = memory.asynchronousRead();
    return new Resources(0, 0, 0, 0, 0, distributed ? 0 : bits, distributed ? bits : 0);
  }

  /** Both together. */
  public Resources plus(Resources other) {
    return new Resources(
        luts + other.luts,
        lutsBesideDsp + other.lutsBesideDsp,
        dspSlices + other.dspSlices,
        registers + other.registers,
        aigNodes + other.aigNodes,
        blockMemoryBits + other.blockMemoryBits,
        distributedMemoryBits + other.distributedMemoryBits);
  }

  /** All memory. */
  public long memoryBits() {
    return blockMemoryBits + distributedMemoryBits;
  }
}
