package org.p2vit.synth.device;

import java.util.List;
import org.p2vit.synth.area.DspSlice;
import org.p2vit.synth.area.MemoryShape;

/**
 * What the devices of a family are made of.
 *
 * @param lutInputs K
 * @param lutUnit what the data sheet counts logic in
 * @param registersPerLut flip-flops for each
 * @param dsp the multiplier
 * @param blockRam the common memory block
 * @param ultraRam the large one, null if there is none
 * @param distributedRam LUTs as memory, from the shallowest; empty if they cannot
 */
public record DeviceFamily(
    int lutInputs,
    String lutUnit,
    int registersPerLut,
    DspSlice dsp,
    MemoryBlock blockRam,
    MemoryBlock ultraRam,
    List<DistributedRam> distributedRam) {
  public DeviceFamily {
    distributedRam = List.copyOf(distributedRam);
  }

  /** Whether a memory goes into LUTs: it must, or it is shallow enough to be cheaper there. */
  boolean distributed(MemoryShape memory) {
    return memory.asynchronousRead()
        || !distributedRam.isEmpty() && memory.words() <= deepest().words();
  }

  /** LUTs that store a memory, those that select among its parts included. */
  long distributedLuts(MemoryShape memory) {
    if (distributedRam.isEmpty()) {
      // Registers: for each bit of a word, a tree that selects one of the words.
      return (long) memory.bits() * selectors(memory.words());
    }
    DistributedRam ram =
        distributedRam.stream()
            .filter(r -> r.words() >= memory.words())
            .findFirst()
            .orElse(deepest());
    int lanes = memory.bits() / memory.laneBits();
    long parts = ceil(memory.words(), ram.words());
    return parts * lanes * ceil(memory.laneBits(), ram.bits()) * ram.luts()
        + memory.bits() * selectors(parts);
  }

  /** Flip-flops that store a memory where LUTs cannot. */
  long distributedRegisters(MemoryShape memory) {
    return distributedRam.isEmpty() ? memory.totalBits() : 0;
  }

  private DistributedRam deepest() {
    return distributedRam.get(distributedRam.size() - 1);
  }

  /** LUTs that select one of n bits: a LUT of 6 inputs takes 4 to 1, one of 4 takes 2 to 1. */
  private long selectors(long n) {
    int inputs = lutInputs >= 6 ? 4 : 2;
    return ceil(n - 1, inputs - 1);
  }

  private static long ceil(long a, long b) {
    return (a + b - 1) / b;
  }
}
