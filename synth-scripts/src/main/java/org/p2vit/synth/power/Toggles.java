package org.p2vit.synth.power;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.p2vit.model.InputException;
import org.p2vit.model.io.FileErrors;

/**
 * How often the signals of a waveform changed between 0 and 1.
 *
 * @param signals of one bit, by their path below the scope, with dots
 */
public record Toggles(Map<String, Long> signals) {

  /**
   * Counts them in a VCD file (IEEE 1364-2005, section 18).
   *
   * @param scope with dots, such as {@code testbench.dut}
   * @throws InputException if it cannot be read, is none, or has no such scope (those it has are
   *     named)
   */
  public static Toggles read(Path vcd, String scope) {
    try (InputStream in = new BufferedInputStream(Files.newInputStream(vcd))) {
      return read(in, vcd.toString(), scope);
    } catch (IOException e) {
      throw FileErrors.cannot("read", vcd, e);
    }
  }

  /**
   * The same of a stream, which is read to its end.
   *
   * @param name of it, for messages
   */
  public static Toggles read(InputStream vcd, String name, String scope) {
    try {
      VcdInput in = new VcdInput(vcd, name);
      VcdHeader header = VcdHeader.read(in, scope);
      return new Toggles(header.byName(VcdChanges.count(in, header.codes())));
    } catch (IOException e) {
      throw new InputException("cannot read the waveform " + name + ": " + e.getMessage(), e);
    }
  }

  /** Changes of a signal, or -1 if the waveform does not have it. */
  public long of(String signal) {
    return signals.getOrDefault(signal, -1L);
  }
}
