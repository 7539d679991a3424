package org.p2vit.synth.area;

/**
 * A memory as emitted: one read and one write port.
 *
 * @param words depth
 * @param bits of a word
 * @param laneBits bits that are written together
 * @param asynchronousRead the data follow the address within the cycle: distributed RAM or
 *     registers, not block RAM
 */
public record MemoryShape(int words, int bits, int laneBits, boolean asynchronousRead) {
  public long totalBits() {
    return (long) words * bits;
  }
}
