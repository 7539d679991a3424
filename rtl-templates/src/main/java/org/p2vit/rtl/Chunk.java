package org.p2vit.rtl;

/**
 * The units that execute jobs. Each works through its own jobs in program order, and each has one
 * progress counter that only grows: see {@link org.p2vit.rtl.job.Wait}.
 */
public enum Chunk {
  LOAD,
  MATMUL,
  SOFTMAX,
  SHIFTER,
  LAYER_NORM,
  STORE;

  /** Bits that name a chunk in a job. */
  public static final int INDEX_BITS = 3;
}
