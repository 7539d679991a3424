package org.p2vit.verif;

import org.p2vit.rtl.Chunk;

/**
 * The results that each producing chunk shows on its output {@code tap}. In simulation each is
 * recorded as a stream of elements in the order of the RTL: per beat R x p elements, row-major.
 */
public enum TapStream {
  MATMUL(Chunk.MATMUL, "MatMul", "matmul", 16, true),
  SOFTMAX(Chunk.SOFTMAX, "Softmax", "softmax", 5, false),
  SHIFTER(Chunk.SHIFTER, "Shifter", "shifter", 8, true),
  LAYER_NORM(Chunk.LAYER_NORM, "LayerNorm", "layerNorm", 8, true);

  private final Chunk chunk;
  private final String module;
  private final String instance;
  private final int bits;
  private final boolean signed;

  TapStream(Chunk chunk, String module, String instance, int bits, boolean signed) {
    this.chunk = chunk;
    this.module = module;
    this.instance = instance;
    this.bits = bits;
    this.signed = signed;
  }

  public Chunk chunk() {
    return chunk;
  }

  /** The chunk's module. */
  public String module() {
    return module;
  }

  /** Its instance in the accelerator. */
  public String instance() {
    return instance;
  }

  /** Bits of an element in the RTL. */
  public int bits() {
    return bits;
  }

  public boolean signed() {
    return signed;
  }

  /** Name of the file, in a run's tap directory, of 16-bit little-endian elements. */
  public String fileName() {
    return instance + ".bin";
  }
}
