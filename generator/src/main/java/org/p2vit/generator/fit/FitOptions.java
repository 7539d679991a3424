package org.p2vit.generator.fit;

import java.util.OptionalInt;

/**
 * What the user fixes of an architecture; the rest is chosen.
 *
 * @param macs most 8-bit multiply-accumulates a cycle; empty: by the size of the model
 * @param memoryKib all on-chip buffers together, in KiB; empty: as much as pays
 * @param axiBits width of the memory port, 32 to 512; narrower if the array is too small for it
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
