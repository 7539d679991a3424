package org.p2vit.generator.cycles;

import org.p2vit.rtl.Architecture;
import org.p2vit.rtl.Axi;

/**
 * How {@code BurstSplitter} cuts transfers: a burst ends where a block of its greatest size ends.
 */
final class BurstLength {
  private final int longest;
  private final int beatBytes;
  private final int beatShift;

  BurstLength(Architecture.Axi axi) {
    longest = Axi.burstBeats(axi);
    beatBytes = axi.bytes();
    beatShift = Integer.numberOfTrailingZeros(beatBytes);
  }

  /** Beats of the burst at a byte address that is a multiple of the beat. */
  int of(long address, long remaining) {
    // Both are powers of two.
    long inBlock = address >> beatShift & longest - 1;
    return (int) Math.min(remaining, longest - inBlock);
  }

  int beatBytes() {
    return beatBytes;
  }

  int longest() {
    return longest;
  }
}
