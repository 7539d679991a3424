package org.p2vit.verif.emulator;

/** Watches an emulation. Events of one chunk come in its program order, when its writes land. */
public interface Observer {

  /** Watches nothing. */
  Observer NONE = new Observer() {};

  /**
   * A result beat, as on the RTL's {@code tap} port.
   *
   * @param column first column of the beat, counted from 0 in each job
   * @param elements R x p, row-major; codes and bytes as signed numbers
   */
  default void tap(Place place, int column, short[] elements) {}

  /** A word of an on-chip memory that was read; repeated reads by one step may be left out. */
  default void read(Place place, BufferId buffer, int word) {}

  /**
   * A byte written to an on-chip memory.
   *
   * @param column result column of the job (LOAD: beat of the job)
   * @param offset in {@link EmulatedBuffer#bytes}
   */
  default void write(Place place, int column, BufferId buffer, int offset, byte value) {}
}
