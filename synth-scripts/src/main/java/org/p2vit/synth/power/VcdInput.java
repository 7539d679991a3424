package org.p2vit.synth.power;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import org.p2vit.model.InputException;

/** Words of a VCD file. */
final class VcdInput {
  private static final int END = -1;

  private final InputStream in;
  private final String name;
  private final byte[] buffer = new byte[1 << 16];
  private int next;
  private int filled;
  private byte[] digits = new byte[256];
  private int digitCount;

  VcdInput(InputStream in, String name) {
    this.in = in;
    this.name = name;
  }

  /** The next byte, or -1. */
  int read() throws IOException {
    if (next == filled) {
      filled = in.read(buffer);
      next = 0;
      if (filled <= 0) {
        filled = 0;
        return END;
      }
    }
    return buffer[next++];
  }

  /** The first byte that is not white space, or -1. */
  int readVisible() throws IOException {
    int c = read();
    while (c != END && c <= ' ') {
      c = read();
    }
    return c;
  }

  /** The next word, or null. */
  String word() throws IOException {
    int c = readVisible();
    if (c == END) {
      return null;
    }
    StringBuilder word = new StringBuilder();
    while (c > ' ') {
      word.append((char) c);
      c = read();
    }
    return word.toString();
  }

  void skipWord() throws IOException {
    int c = readVisible();
    while (c > ' ') {
      c = read();
    }
  }

  /** The next word, of {@link #digitCount} characters; the array is used again for the next. */
  byte[] digits() throws IOException {
    digitCount = 0;
    for (int c = readVisible(); c > ' '; c = read()) {
      if (digitCount == digits.length) {
        digits = Arrays.copyOf(digits, 2 * digits.length);
      }
      digits[digitCount++] = (byte) c;
    }
    return digits;
  }

  int digitCount() {
    return digitCount;
  }

  /** The next word, which must be there. */
  String expected() throws IOException {
    String word = word();
    if (word == null) {
      throw broken("it ends in the middle");
    }
    return word;
  }

  /** Skips what is left of a {@code $command}. */
  void skipToEnd() throws IOException {
    while (!expected().equals("$end")) {
      // What it says is not needed.
    }
  }

  /**
   * The identifier code that follows, as a number: its characters are digits.
   *
   * @param first of it
   */
  int code(int first) throws IOException {
    int code = 0;
    int c = first;
    while (c > ' ') {
      code = code * VcdHeader.CODE_BASE + (c - VcdHeader.FIRST_CODE + 1);
      c = read();
    }
    return code;
  }

  InputException broken(String what) {
    return new InputException("waveform " + name + " is no VCD that can be used: " + what);
  }
}
