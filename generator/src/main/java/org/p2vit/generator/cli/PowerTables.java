package org.p2vit.generator.cli;

import java.io.PrintWriter;
import java.util.Locale;
import org.p2vit.generator.energy.GateComparison;
import org.p2vit.generator.energy.GateSimulation;
import org.p2vit.generator.verify.RtlVerification;
import org.p2vit.synth.power.Energy;
import org.p2vit.synth.power.GateActivity;

/** What 'power' shows. */
final class PowerTables {
  private static final double MICRO = 1e6;
  private static final double NANO = 1e9;
  private static final double PICO = 1e12;
  private static final String ROW = "  %-24s %10s %10s %8s %8s %10s %8s%n";

  private PowerTables() {}

  static void print(GateComparison c, PrintWriter out) {
    Energy all = c.gates();
    ConsoleTable table = new ConsoleTable("Gates");
    table.row("cells, flip-flops", "%,d, %,d", c.cells(), c.flipFlops());
    table.row("pins whose changes were counted", "%.2f %%", 100 * c.annotated());
    table.row("cycles", "%,d", c.cycles());
    table.row(
        "energy",
        "%,.2f uJ, %.3f nJ a cycle",
        MICRO * all.total(),
        NANO * all.total() / c.cycles());
    share(table, "  loads of nets", all.switching(), all);
    share(table, "  inside cells", all.internal(), all);
    share(table, "  clock pins", all.clock(), all);
    share(table, "  leakage", all.leakage(), all);
    table.print(out);

    out.printf("%nGates without clock, and the model's operations (%s)%n", c.technology());
    line(out, "part", "clock uJ", "work uJ", "share %", "model %", "pJ an op.", "ratio");
    for (GateComparison.Row row : c.parts()) {
      boolean modelled = row.model() > 0;
      line(
          out,
          row.part().title(),
          number(MICRO * row.gates().clock(), 2),
          number(MICRO * row.work(), 2),
          modelled ? number(100 * row.work() / c.work(), 1) : "",
          modelled ? number(100 * row.model() / c.model(), 1) : "",
          modelled ? number(PICO * row.work() / row.operations(), 1) : "",
          modelled ? number(row.work() / row.model(), 1) : "");
    }
    line(
        out,
        "all with operations",
        "",
        number(MICRO * c.work(), 2),
        "100.0",
        "100.0",
        "",
        number(c.work() / c.model(), 1));
    if (c.scale() != null) {
      out.printf(
          Locale.ROOT,
          "ratio: work of the gates over the model; %.1f by the technologies alone.%n",
          c.scale());
    }
    out.flush();
  }

  static void print(GateSimulation simulation, PrintWriter out) {
    RtlVerification rtl = simulation.verification();
    GateActivity gates = simulation.gates();
    new ConsoleTable("Checked")
        .row(
            "RTL against golden model",
            "%s: %,d tensor elements",
            rtl.exact() ? "bit-exact" : "DIFFERENT",
            rtl.elements())
        .row(
            "netlist against RTL",
            "%s: %,d bits of ports and memories",
            gates.different() == 0
                ? "bit-exact"
                : gates.different() + " DIFFERENT, first " + gates.firstDifference(),
            gates.compared())
        .print(out);
  }

  private static void share(ConsoleTable table, String name, double joules, Energy all) {
    table.row(name, "%5.1f %%", 100 * joules / all.total());
  }

  private static String number(double value, int digits) {
    return String.format(Locale.ROOT, "%,." + digits + "f", value);
  }

  private static void line(PrintWriter out, Object... columns) {
    out.printf(Locale.ROOT, ROW, columns);
  }
}
