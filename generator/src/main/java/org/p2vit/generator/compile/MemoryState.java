package org.p2vit.generator.compile;

import java.util.Arrays;
import org.p2vit.rtl.Chunk;

/** Who last wrote each word of a memory, and who has read it since. */
final class MemoryState {
  private static final int CHUNKS = Chunk.values().length;

  private final OnChip buffer;
  private final byte[] writer;
  private final int[] written;

  /** By chunk, null as long as it has read nothing: few chunks read a memory. */
  private final int[][] read = new int[CHUNKS][];

  MemoryState(OnChip buffer, int words) {
    this.buffer = buffer;
    writer = new byte[words];
    Arrays.fill(writer, (byte) -1);
    written = new int[words];
  }

  /** What must be waited for before {@code count} words from {@code first} on are read. */
  void beforeRead(int first, int count, Requirement needs) {
    check(first, count);
    for (int word = first; word < first + count; word++) {
      if (writer[word] < 0) {
        throw new IllegalStateException(
            "word " + word + " of " + buffer + " is read but not written");
      }
      needs.atLeast(writer[word], written[word]);
    }
  }

  /**
   * What {@code chunk} must wait for before it writes words. A chunk's writes come after its own
   * earlier reads and writes.
   */
  void beforeWrite(int chunk, int first, int count, Requirement needs) {
    check(first, count);
    for (int word = first; word < first + count; word++) {
      if (writer[word] >= 0 && writer[word] != chunk) {
        needs.atLeast(writer[word], written[word]);
      }
    }
    for (int c = 0; c < CHUNKS; c++) {
      if (c != chunk && read[c] != null) {
        int units = 0;
        for (int word = first; word < first + count; word++) {
          units = Math.max(units, read[c][word]);
        }
        if (units > 0) {
          needs.atLeast(c, units);
        }
      }
    }
  }

  /** {@code chunk} reads words until it has completed {@code units}. */
  void read(int chunk, int first, int count, int units) {
    if (read[chunk] == null) {
      read[chunk] = new int[writer.length];
    }
    Arrays.fill(read[chunk], first, first + count, units);
  }

  /** {@code chunk} has written words when it has completed {@code units}. */
  void write(int chunk, int first, int count, int units) {
    Arrays.fill(writer, first, first + count, (byte) chunk);
    Arrays.fill(written, first, first + count, units);
    // The writer waited for the readers, so whoever waits for the writer need not.
    for (int[] ofChunk : read) {
      if (ofChunk != null) {
        Arrays.fill(ofChunk, first, first + count, 0);
      }
    }
  }

  private void check(int first, int count) {
    if (first < 0 || first + count > writer.length) {
      throw new IllegalStateException(
          "words %d to %d of %s, which has %d"
              .formatted(first, first + count - 1, buffer, writer.length));
    }
  }
}
