package org.p2vit.verif.emulator;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What one step of a job computed and has yet to write: bytes and result beats, in order. */
final class Step {
  private record Beat(int column, short[] elements) {}

  private final int rowBlock;
  private final int units;
  private final List<Beat> beats = new ArrayList<>();
  private EmulatedBuffer[] buffers = new EmulatedBuffer[64];
  private int[] offsets = new int[64];
  private byte[] values = new byte[64];
  private int count;

  /**
   * @param units by which the chunk's progress grows when this is in memory
   */
  Step(int rowBlock, int units) {
    this.rowBlock = rowBlock;
    this.units = units;
  }

  int units() {
    return units;
  }

  void write(EmulatedBuffer buffer, int offset, byte value) {
    if (count == offsets.length) {
      buffers = Arrays.copyOf(buffers, 2 * count);
      offsets = Arrays.copyOf(offsets, 2 * count);
      values = Arrays.copyOf(values, 2 * count);
    }
    buffers[count] = buffer;
    offsets[count] = offset;
    values[count++] = value;
  }

  /** Writes one element, all its bytes. */
  void element(EmulatedBuffer buffer, int word, int lane, int value) {
    int at = buffer.offset(word, lane);
    for (int i = 0; i < buffer.laneBytes(); i++) {
      write(buffer, at + i, (byte) (value >> 8 * i));
    }
  }

  void beat(int column, short[] elements) {
    beats.add(new Beat(column, elements));
  }

  /** Lets the writes reach memory and tells the observer. */
  void apply(ProgramJob job, Observer observer) {
    for (int i = 0; i < count; i++) {
      buffers[i].bytes()[offsets[i]] = values[i];
      observer.write(job.chunk(), job.index(), rowBlock, buffers[i].id(), offsets[i], values[i]);
    }
    for (Beat b : beats) {
      observer.tap(job.chunk(), job.index(), rowBlock, b.column(), b.elements());
    }
  }
}
