package org.p2vit.verif.emulator;

import org.p2vit.rtl.Chunk;

/** Watches an emulation. Events of one chunk come in its program order, when its writes land. */
public interface Observer {

  /** Watches nothing. */
  Observer NONE = new Observer() {};

  /**
   * A result beat, as on the RTL's {@code tap} port.
   *
   * @param chunk MATMUL, SOFTMAX, SHIFTER or LAYER_NORM
   * @param job index of the job in the program
   * @param rowBlock row block of the job
   * @param column first column of the beat, counted from 0 in each job
   * @param elements R x p, row-major; codes and bytes as signed numbers
   */
  default void tap(Chunk chunk, int job, int rowBlock, int column, short[] elements) {}

  /**
   * A byte written to an on-chip memory.
   *
   * @param rowBlock row block of the job (LOAD: unit)
   * @param offset in {@link EmulatedBuffer#bytes}
   */
  default void write(Chunk chunk, int job, int rowBlock, BufferId buffer, int offset, byte value) {}
}
