package org.p2vit.verif.emulator;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What one step of a job read, computed and has yet to write: bytes and result beats, in order. */
final class Step {
  private record Beat(int column, short[] elements) {}

  private record Read(EmulatedBuffer buffer, int word) {}

  private final Place place;
  private final int units;
  private final List<Beat> beats = new ArrayList<>();
  private final List<Read> reads = new ArrayList<>();
  private EmulatedBuffer[] buffers = new EmulatedBuffer[64];
  private int[] offsets = new int[64];
  private int[] columns = new int[64];
  private byte[] values = new byte[64];
  private int count;

  /**
   * @param units by which the chunk's progress grows when this is in memory
   */
  Step(Place place, int units) {
    this.place = place;
    this.units = units;
  }

  int units() {
    return units;
  }

  Place place() {
    return place;
  }

  /** Notes that a word is read. */
  void read(EmulatedBuffer buffer, int word) {
    Read last = reads.isEmpty() ? null : reads.get(reads.size() - 1);
    if (last == null || last.buffer() != buffer || last.word() != word) {
      reads.add(new Read(buffer, word));
    }
  }

  void write(EmulatedBuffer buffer, int offset, int column, byte value) {
    if (count == offsets.length) {
      buffers = Arrays.copyOf(buffers, 2 * count);
      offsets = Arrays.copyOf(offsets, 2 * count);
      columns = Arrays.copyOf(columns, 2 * count);
      values = Arrays.copyOf(values, 2 * count);
    }
    buffers[count] = buffer;
    offsets[count] = offset;
    columns[count] = column;
    values[count++] = value;
  }

  /** Writes one element, all its bytes. */
  void element(EmulatedBuffer buffer, int word, int lane, int column, int value) {
    int at = buffer.offset(word, lane);
    for (int i = 0; i < buffer.laneBytes(); i++) {
      write(buffer, at + i, column, (byte) (value >> 8 * i));
    }
  }

  void beat(int column, short[] elements) {
    beats.add(new Beat(column, elements));
  }

  /** Lets the writes reach memory. */
  void store() {
    for (int i = 0; i < count; i++) {
      buffers[i].bytes()[offsets[i]] = values[i];
    }
  }

  /** Tells the observer everything. */
  void report(Observer observer) {
    for (Read r : reads) {
      observer.read(place, r.buffer().id(), r.word());
    }
    for (int i = 0; i < count; i++) {
      observer.write(place, columns[i], buffers[i].id(), offsets[i], values[i]);
    }
    for (Beat b : beats) {
      observer.tap(place, b.column(), b.elements());
    }
  }
}
