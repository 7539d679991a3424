package org.p2vit.synth.device;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.List;
import org.p2vit.synth.area.MemoryShape;

/**
 * A kind of memory block with one read and one write port.
 *
 * @param name in the vendor's data sheet
 * @param shapes that a block can take
 * @param laneBits bits under one write enable, 1 if each bit has its own
 */
public record MemoryBlock(String name, List<Shape> shapes, int laneBits) {
  public MemoryBlock {
    shapes = List.copyOf(shapes);
  }

  /**
   * Words of so many bits.
   *
   * <p>Written {@code 512x36}.
   */
  public record Shape(int words, int bits) {
    @JsonCreator
    static Shape parse(String text) {
      String[] both = text.split("x");
      return new Shape(Integer.parseInt(both[0]), Integer.parseInt(both[1]));
    }

    @JsonValue
    @Override
    public String toString() {
      return words + "x" + bits;
    }
  }

  /** Blocks that a memory takes in the shape that suits it best. */
  public long blocks(MemoryShape memory) {
    long best = Long.MAX_VALUE;
    boolean masked = memory.laneBits() < memory.bits();
    for (Shape shape : shapes) {
      // A block narrower than a lane's enable has one enable for the whole word.
      int lane = Math.min(laneBits, shape.bits());
      int lanes = memory.bits() / memory.laneBits();
      long width =
          masked ? (long) lanes * ceil(memory.laneBits(), wholeByte(lane)) * lane : memory.bits();
      best = Math.min(best, ceil(width, shape.bits()) * ceil(memory.words(), shape.words()));
    }
    return best;
  }

  /** Of a lane of 9 bits, 8 are data where a memory is written byte by byte. */
  private static int wholeByte(int lane) {
    return lane > 8 ? 8 : lane;
  }

  private static long ceil(long a, long b) {
    return (a + b - 1) / b;
  }
}
