package org.p2vit.generator.fit;

import java.util.OptionalInt;

/**
 * What the user fixes of an architecture; the rest is chosen.
 *
 * @param macs most 8-bit multiply-accumulates a cycle; empty: by the size of the model
 * @param axiBits width of the memory port, 32 to 512; narrower if the array is too small for it
 * @param addressBits of the memory port
 * @param jobQueue jobs that each chunk can hold in wait
 */
public record FitOptions(OptionalInt macs, int axiBits, int addressBits, int jobQueue) {

  /** Nothing fixed. */
  public static final FitOptions DEFAULT = new FitOptions(OptionalInt.empty(), 128, 32, 4);

  public FitOptions withMacs(int macs) {
    return new FitOptions(OptionalInt.of(macs), axiBits, addressBits, jobQueue);
  }

  public FitOptions withAxiBits(int bits) {
    return new FitOptions(macs, bits, addressBits, jobQueue);
  }
}
