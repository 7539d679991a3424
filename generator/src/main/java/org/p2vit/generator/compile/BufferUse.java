package org.p2vit.generator.compile;

import java.util.Map;

/**
 * How a program uses a buffer.
 *
 * @param buffer name as in {@link org.p2vit.rtl.Architecture.Buffers}
 * @param words size
 * @param wordBits bits of a word
 * @param regions words of each use; uses of disjoint lifetimes may share words
 */
public record BufferUse(String buffer, int words, int wordBits, Map<String, Integer> regions) {

  /** Size in bytes. */
  public long bytes() {
    return (long) words * wordBits / 8;
  }
}
