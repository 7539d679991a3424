package org.p2vit.synth.power;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.p2vit.model.InputException;
import org.p2vit.model.io.FileErrors;
import org.p2vit.synth.flow.SynthFlow;
import org.p2vit.verif.BuildProgress;

/** Runs {@code flows/power.sh}. */
final class StaEnergies {
  private static final List<String> SCRIPTS = List.of("power.sh", "power.tcl");

  private static final Pattern TOTAL = Pattern.compile("(?m)^Total(?:\\s+\\S+){3}\\s+(\\S+)");

  /** Messages have three digits. */
  private static final double TOLERANCE = 0.01;

  private StaEnergies() {}

  /** Of all cells of a netlist. */
  static List<CellEnergies> of(GateNetlist netlist, Duration atMost, BuildProgress progress) {
    Path out = netlist.gates().directory().toAbsolutePath();
    progress.at("OpenSTA: energies of the cells", 0, 0);
    SynthFlow.ASIC.runScript(
        SCRIPTS,
        List.of(out.toString(), netlist.gates().top()),
        netlist.settings(),
        out.resolve("power.log"),
        atMost,
        () -> {});
    List<CellEnergies> cells = new ArrayList<>();
    Path messages = out.resolve("energies.txt");
    check(StaPowerLog.read(messages, cells::add), messages, out.resolve("total.txt"));
    return cells;
  }

  /** What was read must add up to what OpenSTA reports, or it was not understood. */
  private static void check(double watts, Path messages, Path total) {
    try {
      Matcher m = TOTAL.matcher(Files.readString(total));
      double reported = m.find() ? Double.parseDouble(m.group(1)) : Double.NaN;
      if (!(Math.abs(watts - reported) <= TOLERANCE * reported)) {
        throw new InputException(
            String.format(
                Locale.ROOT,
                "%s adds up to %.3e W, but OpenSTA reports %.3e W in %s; understood is OpenSTA 2.0 of Debian 12",
                messages,
                watts,
                reported,
                total));
      }
    } catch (IOException e) {
      throw FileErrors.cannot("read", total, e);
    }
  }
}
