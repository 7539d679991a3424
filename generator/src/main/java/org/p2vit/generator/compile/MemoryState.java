package org.p2vit.generator.compile;

import java.util.Arrays;
import org.p2vit.rtl.Chunk;

/** Who last wrote each word of a memory, and who has read it since. */
final class MemoryState {
  private static final int CHUNKS = Chunk.values().length;

  private final OnChip buffer;
  private final byte[] writer;
  private final int[] written;
  private final int[] read;

  MemoryState(OnChip buffer, int words) {
    this.buffer = buffer;
    writer = new byte[words];
    Arrays.fill(writer, (byte) -1);
    written = new int[words];
    read = new int[words * CHUNKS];
  }

  /** What {@code chunk} must wait for before it reads {@code word}. */
  void beforeRead(int word, Requirement needs) {
    check(word);
    if (writer[word] < 0) {
      throw new IllegalStateException(
          "word " + word + " of " + buffer + " is read but not written");
    }
    needs.atLeast(writer[word], written[word]);
  }

  /**
   * What {@code chunk} must wait for before it writes {@code word}. A chunk's writes come after its
   * own earlier reads and writes.
   */
  void beforeWrite(int chunk, int word, Requirement needs) {
    check(word);
    if (writer[word] >= 0 && writer[word] != chunk) {
      needs.atLeast(writer[word], written[word]);
    }
    for (int c = 0; c < CHUNKS; c++) {
      if (c != chunk && read[word * CHUNKS + c] > 0) {
        needs.atLeast(c, read[word * CHUNKS + c]);
      }
    }
  }

  /** {@code chunk} reads the word until it has completed {@code units}. */
  void read(int chunk, int word, int units) {
    read[word * CHUNKS + chunk] = units;
  }

  /** {@code chunk} has written the word when it has completed {@code units}. */
  void write(int chunk, int word, int units) {
    writer[word] = (byte) chunk;
    written[word] = units;
    // The writer waited for the readers, so whoever waits for the writer need not.
    Arrays.fill(read, word * CHUNKS, (word + 1) * CHUNKS, 0);
  }

  private void check(int word) {
    if (word < 0 || word >= writer.length) {
      throw new IllegalStateException(
          "word " + word + " of " + buffer + ", which has " + writer.length);
    }
  }
}
