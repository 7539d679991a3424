package org.p2vit.generator.compile;

import java.util.List;
import org.p2vit.model.InputException;

/**
 * Where the host puts things in external memory.
 *
 * @param program encoded jobs
 * @param model memory image
 * @param input input tensors of the images of a start, one after the other
 * @param output stored logits, likewise
 */
public record MemoryMap(Region program, Region model, Region input, Region output) {
  private static final int PAGE = 4096;

  /**
   * @param address first byte
   * @param bytes size
   */
  public record Region(long address, int bytes) {
    long end() {
      return address + bytes;
    }
  }

  /**
   * One region after the other, each on its own pages.
   *
   * @param base address of the first, a multiple of 4096
   * @throws InputException if the accelerator cannot address it all
   */
  public static MemoryMap of(CompiledModel m, long base) {
    if (base < 0 || base % PAGE != 0) {
      throw new InputException("base address " + base + " is not a multiple of " + PAGE);
    }
    Region program = new Region(base, m.encodedProgram().length);
    Region model = new Region(pageAfter(program), m.image().length);
    Region input = new Region(pageAfter(model), Math.multiplyExact(m.images(), m.input().bytes()));
    Region output =
        new Region(pageAfter(input), Math.multiplyExact(m.images(), m.output().bytes()));
    int bits = m.architecture().axi().addressBits();
    if (bits < 63 && output.end() > 1L << bits) {
      throw new InputException(
          "memory up to 0x%x is needed, beyond the architecture's axi.addressBits %d"
              .formatted(output.end(), bits));
    }
    return new MemoryMap(program, model, input, output);
  }

  private static long pageAfter(Region r) {
    return (r.end() + PAGE - 1) / PAGE * PAGE;
  }

  /** All of them, in order of their addresses. */
  public List<Region> regions() {
    return List.of(program, model, input, output);
  }
}
