package org.p2vit.synth.power;

import java.io.IOException;
import java.util.Arrays;

/** Reads the value changes of a VCD file. */
final class VcdChanges {
  private static final byte UNKNOWN = 2;

  private VcdChanges() {}

  /** Changes between 0 and 1 of each one-bit code below {@code codes}. */
  static long[] count(VcdInput in, int codes) throws IOException {
    long[] changes = new long[codes];
    byte[] values = new byte[codes];
    Arrays.fill(values, UNKNOWN);
    for (int c = in.readVisible(); c >= 0; c = in.readVisible()) {
      switch (c) {
        case '0', '1' -> {
          int code = in.code(in.read());
          if (code > 0 && code < codes) {
            byte value = (byte) (c - '0');
            changes[code] += values[code] == 1 - value ? 1 : 0;
            values[code] = value;
          }
        }
        case 'x', 'X', 'z', 'Z' -> {
          int code = in.code(in.read());
          if (code > 0 && code < codes) {
            values[code] = UNKNOWN;
          }
        }
        case 'b', 'B', 'r', 'R' -> { // a vector or a real number, and its code
          in.skipWord();
          in.skipWord();
        }
        case '#' -> in.skipWord();
        case '$' -> {
          if (in.expected().equals("comment")) {
            in.skipToEnd();
          }
        }
        default -> throw in.broken("'" + (char) c + "' begins no value change");
      }
    }
    return changes;
  }
}
