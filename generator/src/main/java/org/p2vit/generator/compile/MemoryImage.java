package org.p2vit.generator.compile;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * The model's bytes in external memory, as LOAD jobs copy them. Pieces are placed by name and size;
 * their bytes are made only when the whole image is asked for, so that a schedule alone costs none
 * of that.
 */
final class MemoryImage {

  private record Piece(int address, int bytes, Supplier<byte[]> content) {}

  private final Map<String, Piece> byName = new HashMap<>();
  private final List<Piece> pieces = new ArrayList<>();
  private final int alignment;
  private int end;

  /**
   * @param alignment of every piece, in bytes
   */
  MemoryImage(int alignment) {
    this.alignment = alignment;
  }

  /**
   * The address of a piece, which is placed behind all others if its name is new.
   *
   * @param bytes its size
   * @param content that many bytes, or fewer: zeros follow
   */
  int place(String name, int bytes, Supplier<byte[]> content) {
    Piece piece = byName.get(name);
    if (piece == null) {
      piece = new Piece(end, bytes, content);
      byName.put(name, piece);
      pieces.add(piece);
      end = Sizes.roundUp(Math.addExact(end, bytes), alignment);
    } else if (piece.bytes() != bytes) {
      throw new IllegalStateException(
          name + " has " + piece.bytes() + " bytes in one place and " + bytes + " in another");
    }
    return piece.address();
  }

  /** Size of the image. */
  int bytes() {
    return end;
  }

  byte[] toByteArray() {
    byte[] all = new byte[end];
    for (Piece piece : pieces) {
      byte[] content = piece.content().get();
      if (content.length > piece.bytes()) {
        throw new IllegalStateException(content.length + " bytes for a piece of " + piece.bytes());
      }
      System.arraycopy(content, 0, all, piece.address(), content.length);
    }
    return all;
  }
}
