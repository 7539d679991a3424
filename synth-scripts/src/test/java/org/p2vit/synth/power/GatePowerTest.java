package org.p2vit.synth.power;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.p2vit.model.InputException;

/** Energies as OpenSTA tells them, times changes. */
class GatePowerTest {
  private static final double EXACT = 1e-9;

  private static final String LOG =
      """
      Warning: a module was not found
      power: internal a._1_/A (NAND2X1)
      power:        when act/ns duty  energy    power
      power: internal a._1_/B (NAND2X1)
      power: switching NAND2X1/Y activity = 1.00e+07 volt = 1.80 5.000e-07
      power: internal a._1_/Y (NAND2X1)
      power:  cap = 0.0324
      power:  ^ energy =  4.00e-14 * 0.50 =  2.00e-14
      power:  v energy =  1.00e-14 * 0.50 =  5.00e-15
      power:  A -> Y B  0.01 0.50  2.50e-14  2.50e-07 no pg_pin
      power:  ^ energy =  3.00e-14 * 0.50 =  1.50e-14
      power:  v energy =  1.00e-14 * 0.50 =  5.00e-15
      power:  B -> Y A  0.01 0.50  2.00e-14  2.00e-07 VDD
      power: leakage cell NAND2X1 3.000e-11
      power: internal _2_/CLK (DFFPOSX1)
      power:  ^ energy =  1.00e-14 * 1.00 =  1.00e-14
      power:  v energy =  9.00e-14 * 1.00 =  9.00e-14
      power:  CLK -> CLK       0.20 1.00  1.00e-13  2.00e-05 no pg_pin
      power: internal _2_/D (DFFPOSX1)
      power:  ^ energy =  4.00e-14 * 0.50 =  2.00e-14
      power:  v energy =  8.00e-14 * 0.50 =  4.00e-14
      power:  D -> D       0.01 0.50  6.00e-14  6.00e-07 no pg_pin
      power: switching DFFPOSX1/Q activity = 1.00e+07 volt = 1.80 0.000e+00
      power: internal _2_/Q (DFFPOSX1)
      power: leakage cell DFFPOSX1 1.000e-10
      """;

  @TempDir Path directory;

  private double read(String log, List<CellEnergies> cells) throws IOException {
    Path file = directory.resolve("energies.txt");
    Files.writeString(file, log);
    return StaPowerLog.read(file, cells::add);
  }

  @Test
  void aChangeTakesTheLoadAndTheInside() throws IOException {
    List<CellEnergies> cells = new ArrayList<>();
    double watts = read(LOG, cells);
    double told = 5e-7 + 2.5e-7 + 2e-7 + 3e-11 + 2e-5 + 6e-7 + 1e-10;
    assertEquals(told, watts, EXACT * told, "all that the log adds up to");
    assertEquals(2, cells.size());
    Toggles toggles =
        new Toggles(
            Map.of("a._1_.A", 30L, "a._1_.B", 10L, "a._1_.Y", 20L, "_2_.CLK", 200L, "_2_.D", 7L));
    GatePower.Sum sum = new GatePower.Sum(toggles, 100, 10);
    cells.forEach(sum::add);
    GatePower power = sum.end();
    Energy nand = power.modules().get("a");
    assertEquals(20 * 5e-14, nand.switching(), EXACT * 1e-12);
    // Three of four changes of the inputs are A's.
    assertEquals(20 * (0.75 * 2.5e-14 + 0.25 * 2e-14), nand.internal(), EXACT * 1e-12);
    assertEquals(3e-11 * 1e-6, nand.leakage(), EXACT * 1e-17);
    Energy flop = power.modules().get("");
    assertEquals(200 * 5e-14, flop.clock(), EXACT * 1e-12, "one rise, one fall a cycle");
    assertEquals(7 * 6e-14, flop.internal(), EXACT * 1e-12);
    assertEquals(1, power.flipFlops());
    assertEquals(1.0, power.annotatedShare());
  }

  @Test
  void pinsThatTheWaveformLacksAreTold() throws IOException {
    List<CellEnergies> cells = new ArrayList<>();
    read(LOG, cells);
    GatePower.Sum sum = new GatePower.Sum(new Toggles(Map.of("a._1_.Y", 20L)), 100, 10);
    cells.forEach(sum::add);
    assertEquals(1.0 / 3, sum.end().annotatedShare(), EXACT);
  }

  @Test
  void messagesOfAnotherVersionAreRefused() {
    InputException e =
        assertThrows(
            InputException.class,
            () -> read("power: switching NAND2X1/Y activity 1.00e+07\n", new ArrayList<>()));
    assertTrue(e.getMessage().contains("energies.txt line 1"), e.getMessage());
  }
}
