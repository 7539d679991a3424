package org.p2vit.verif.emulator;

/**
 * One on-chip memory: {@code words} words of {@code lanes} elements, each in whole bytes, little
 * endian, element 0 of word 0 first. The 5-bit codes take a byte each.
 */
public final class EmulatedBuffer {
  private final BufferId id;
  private final int words;
  private final int lanes;
  private final int laneBits;
  private final int laneBytes;
  private final byte[] bytes;

  EmulatedBuffer(BufferId id, int words, int lanes, int laneBits) {
    this.id = id;
    this.words = words;
    this.lanes = lanes;
    this.laneBits = laneBits;
    this.laneBytes = (laneBits + 7) / 8;
    this.bytes = new byte[Math.multiplyExact(words, lanes * laneBytes)];
  }

  public BufferId id() {
    return id;
  }

  public int words() {
    return words;
  }

  /** Elements a word. */
  public int lanes() {
    return lanes;
  }

  /** Bits of an element in hardware. */
  public int laneBits() {
    return laneBits;
  }

  /** Bytes that an element takes here. */
  public int laneBytes() {
    return laneBytes;
  }

  public int wordBytes() {
    return lanes * laneBytes;
  }

  /** The storage itself, {@code words * wordBytes()} bytes. */
  public byte[] bytes() {
    return bytes;
  }

  /** Offset in {@link #bytes} of an element. */
  public int offset(int word, int lane) {
    return word * wordBytes() + lane * laneBytes;
  }

  /** An element as a signed number of its storage bytes. */
  public long get(int word, int lane) {
    int at = offset(word, lane);
    long value = bytes[at + laneBytes - 1];
    for (int i = laneBytes - 2; i >= 0; i--) {
      value = value << 8 | bytes[at + i] & 0xFF;
    }
    return value;
  }

  /** Sets an element; what does not fit its bytes is cut off. */
  public void set(int word, int lane, long value) {
    int at = offset(word, lane);
    for (int i = 0; i < laneBytes; i++) {
      bytes[at + i] = (byte) (value >> 8 * i);
    }
  }

  EmulatedBuffer copy() {
    EmulatedBuffer copy = new EmulatedBuffer(id, words, lanes, laneBits);
    System.arraycopy(bytes, 0, copy.bytes, 0, bytes.length);
    return copy;
  }
}
