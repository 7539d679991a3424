package org.p2vit.verif.emulator;

import org.p2vit.rtl.Architecture;

/** Small architectures of different shapes. */
public final class TestArchitectures {
  private TestArchitectures() {}

  /** The default small one. */
  public static Architecture of(int rows, int columns, int depth, int p) {
    int shifterDepth = Math.max(rows, Math.max(4, p));
    int codeWords = (40 + shifterDepth - 1) / shifterDepth;
    return new Architecture(
        rows,
        columns,
        depth,
        rows * p,
        rows,
        Math.max(4, p),
        shifterDepth,
        16,
        7,
        1024,
        256,
        40,
        2,
        new Architecture.Axi(32, 32, 16, 2),
        new Architecture.Buffers(96, 128, 128, 64, 3, 40 / p, 3, codeWords, 64, 128));
  }
}
