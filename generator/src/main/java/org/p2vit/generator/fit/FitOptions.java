package org.p2vit.generator.fit;

import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import org.p2vit.model.InputException;

/**
 * What the user fixes of an architecture; the rest is chosen.
 *
 * @param macs most 8-bit multiply-accumulates a cycle, up to 2^20; empty: by the size of the model
 * @param memoryKib all on-chip buffers together, in KiB; empty: as much as pays
 * @param axiBits width of the memory port, a power of two from 32 to 512; narrower if the array is
 *     too small for it
 * @param addressBits of the memory port
 * @param outstanding read bursts in flight
 * @param jobQueue jobs that each chunk can hold in wait
 */
public record FitOptions(
    OptionalInt macs,
    OptionalInt memoryKib,
    int axiBits,
    int addressBits,
    int outstanding,
    int jobQueue) {

  private static final int MOST_MACS = 1 << 20;
  private static final List<Integer> AXI_BITS = List.of(32, 64, 128, 256, 512);

  /**
   * @throws InputException if a number is none that a design can have
   */
  public FitOptions {
    if (macs.orElse(1) < 1 || macs.orElse(1) > MOST_MACS) {
      throw new InputException(
          "%d MACs a cycle; 1 to %,d are accepted".formatted(macs.getAsInt(), MOST_MACS));
    }
    if (memoryKib.orElse(1) < 1) {
      throw new InputException(
          memoryKib.getAsInt() + " KiB of on-chip memory; at least 1 is accepted");
    }
    if (!AXI_BITS.contains(axiBits)) {
      throw new InputException(
          "a memory port of %d bits; accepted are %s"
              .formatted(
                  axiBits,
                  AXI_BITS.stream().map(String::valueOf).collect(Collectors.joining(", "))));
    }
  }

  /** Nothing fixed. */
  public static final FitOptions DEFAULT =
      new FitOptions(OptionalInt.empty(), OptionalInt.empty(), 128, 32, 8, 8);

  public FitOptions withMacs(int macs) {
    return new FitOptions(
        OptionalInt.of(macs), memoryKib, axiBits, addressBits, outstanding, jobQueue);
  }

  public FitOptions withMemoryKib(int kib) {
    return new FitOptions(macs, OptionalInt.of(kib), axiBits, addressBits, outstanding, jobQueue);
  }

  public FitOptions withAxiBits(int bits) {
    return new FitOptions(macs, memoryKib, bits, addressBits, outstanding, jobQueue);
  }
}
