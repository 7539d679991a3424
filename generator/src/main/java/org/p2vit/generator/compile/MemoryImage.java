package org.p2vit.generator.compile;

import java.io.ByteArrayOutputStream;

/** The model's bytes in external memory, as LOAD jobs copy them. */
final class MemoryImage {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final int alignment;

  /**
   * @param alignment of every piece, in bytes
   */
  MemoryImage(int alignment) {
    this.alignment = alignment;
  }

  /** Appends a piece and returns its address. */
  int add(byte[] piece) {
    int address = bytes.size();
    bytes.writeBytes(piece);
    bytes.writeBytes(new byte[Sizes.roundUp(bytes.size(), alignment) - bytes.size()]);
    return address;
  }

  byte[] toByteArray() {
    return bytes.toByteArray();
  }
}
