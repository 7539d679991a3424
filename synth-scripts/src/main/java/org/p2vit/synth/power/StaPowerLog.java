package org.p2vit.synth.power;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.p2vit.model.InputException;
import org.p2vit.model.io.FileErrors;

/**
 * Reads what OpenSTA 2.0 says of each cell's power at {@code set_debug power 3}: the energies that
 * it looked up in the library, before it multiplies them with an activity.
 *
 * <pre>
 * power: switching NAND2X1/Y activity = 1.00e+07 volt = 1.80 5.253e-07
 * power: internal matmul.array._092_/Y (NAND2X1)
 * power:  ^ energy =  4.39e-14 * 0.50 =  2.20e-14
 * power:  v energy =  9.51e-15 * 0.50 =  4.76e-15
 * power:  A -> Y B  0.01 0.50  2.67e-14  2.67e-07 no pg_pin
 * power: leakage cell NAND2X1 3.937e-11
 * </pre>
 */
final class StaPowerLog {
  private static final String PREFIX = "power: ";

  /** The duty that it gives to energies of clock pins; those of other pins have less. */
  private static final String ALWAYS = "1.00";

  private final Consumer<CellEnergies> consumer;
  private List<CellEnergies.Pin> pins = new ArrayList<>();
  private List<CellEnergies.Arc> arcs = new ArrayList<>();
  private String instance;
  private String pin;
  private double load;
  private double rise;
  private double fall;
  private double watts;

  private StaPowerLog(Consumer<CellEnergies> consumer) {
    this.consumer = consumer;
  }

  /**
   * @return all power in it, in watts
   * @throws InputException if it is not such a log
   */
  static double read(Path log, Consumer<CellEnergies> consumer) {
    StaPowerLog reader = new StaPowerLog(consumer);
    int number = 0;
    try (BufferedReader in = Files.newBufferedReader(log, StandardCharsets.ISO_8859_1)) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        number++;
        if (line.startsWith(PREFIX)) {
          reader.line(line.substring(PREFIX.length()).strip().split("\\s+"));
        }
      }
    } catch (IOException e) {
      throw FileErrors.cannot("read", log, e);
    } catch (RuntimeException e) {
      throw new InputException(
          log + " line " + number + " is not as OpenSTA 2.0 of Debian 12 writes it: " + e, e);
    }
    return reader.watts;
  }

  private void line(String[] w) {
    switch (w[0]) {
      case "switching" -> {
        endPin();
        double activity = Double.parseDouble(w[4]);
        double power = Double.parseDouble(w[8]);
        load = activity == 0 ? 0 : power / activity;
        watts += power;
      }
      case "internal" -> {
        if (pin != null) {
          endPin();
        }
        int slash = w[1].lastIndexOf('/');
        instance = w[1].substring(0, slash);
        pin = w[1].substring(slash + 1);
      }
      case "^" -> rise = Double.parseDouble(w[3]);
      case "v" -> fall = Double.parseDouble(w[3]);
      case "leakage" -> {
        endPin();
        double power = Double.parseDouble(w[3]);
        consumer.accept(new CellEnergies(instance, w[2], pins, power));
        watts += power;
        pins = new ArrayList<>();
      }
      default -> {
        if (w.length > 2 && w[1].equals("->")) {
          // ... duty, energy, power, and a supply pin or "no pg_pin"; what is before the duty
          // varies.
          int power = w.length - (w[w.length - 1].equals("pg_pin") ? 3 : 2);
          boolean clock = w[0].equals(w[2]) && w[power - 2].equals(ALWAYS);
          arcs.add(new CellEnergies.Arc(w[0], (rise + fall) / 2, clock));
          watts += Double.parseDouble(w[power]);
        }
      }
    }
  }

  private void endPin() {
    if (pin != null && (load != 0 || !arcs.isEmpty())) {
      pins.add(new CellEnergies.Pin(pin, load, arcs));
      arcs = new ArrayList<>();
    }
    pin = null;
    load = 0;
  }
}
