package org.p2vit.synth.power;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.p2vit.model.InputException;

/** The values of some signals in a VCD file, time after time. */
final class VcdSamples {
  private final Map<String, byte[]> values = new HashMap<>();

  /** Hears of each time at which something changed. */
  interface Listener {
    void at(VcdSamples samples);
  }

  private VcdSamples() {}

  /** Bits of a signal, the lowest first; the array stays the same, what is in it changes. */
  byte[] of(String signal) {
    return values.get(signal);
  }

  /**
   * Reads to the end.
   *
   * @param name of the waveform, for messages
   * @param signals with their scopes
   * @param listener called after the changes of each time
   * @throws InputException if it is no VCD or lacks a signal
   */
  static void read(InputStream vcd, String name, Collection<String> signals, Listener listener) {
    try {
      VcdInput in = new VcdInput(vcd, name);
      VcdHeader header = VcdHeader.read(in, null);
      VcdSamples samples = new VcdSamples();
      byte[][] byCode = new byte[header.codes()][];
      Map<String, Integer> codes = new HashMap<>();
      header.names().forEach((code, all) -> all.forEach(s -> codes.put(s, code)));
      for (String signal : signals) {
        Integer code = codes.get(signal);
        if (code == null) {
          throw new InputException("waveform " + name + " has no signal " + signal);
        }
        if (byCode[code] == null) {
          byCode[code] = new byte[header.widths().get(code)];
        }
        samples.values.put(signal, byCode[code]);
      }
      samples.changes(in, byCode, listener);
    } catch (IOException e) {
      throw new InputException("cannot read the waveform " + name + ": " + e.getMessage(), e);
    }
  }

  private void changes(VcdInput in, byte[][] byCode, Listener listener) throws IOException {
    boolean changed = false;
    for (int c = in.readVisible(); c >= 0; c = in.readVisible()) {
      switch (c) {
        case '#' -> {
          if (changed) {
            listener.at(this);
          }
          changed = true;
          in.skipWord();
        }
        case '$' -> {
          if (in.expected().equals("comment")) {
            in.skipToEnd();
          }
        }
        case '0', '1', 'x', 'X', 'z', 'Z' -> {
          int code = in.code(in.read());
          if (code > 0 && code < byCode.length && byCode[code] != null) {
            byCode[code][0] = (byte) (c == '1' ? 1 : 0);
          }
        }
        case 'b', 'B' -> {
          byte[] digits = in.digits();
          int code = in.code(in.readVisible());
          if (code > 0 && code < byCode.length && byCode[code] != null) {
            byte[] bits = byCode[code];
            Arrays.fill(bits, (byte) 0);
            int length = in.digitCount();
            for (int i = 0; i < Math.min(length, bits.length); i++) {
              bits[i] = (byte) (digits[length - 1 - i] == '1' ? 1 : 0);
            }
          }
        }
        case 'r', 'R' -> {
          in.skipWord();
          in.code(in.readVisible());
        }
        default -> throw in.broken("'" + (char) c + "' begins no value change");
      }
    }
    if (changed) {
      listener.at(this);
    }
  }
}
