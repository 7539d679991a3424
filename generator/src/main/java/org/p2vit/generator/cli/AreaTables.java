package org.p2vit.generator.cli;

import java.io.PrintWriter;
import java.util.Comparator;
import java.util.Locale;
import java.util.stream.Collectors;
import org.p2vit.synth.area.AreaEstimate;
import org.p2vit.synth.area.CriticalPath;
import org.p2vit.synth.area.DspSlice;
import org.p2vit.synth.area.ModuleLogic;
import org.p2vit.synth.area.Resources;

/** An {@link AreaEstimate} for people. */
final class AreaTables {
  private static final String COLUMNS = "%,9d %6.1f %% %,9d %6d %,9d %,10d %,12d %6s";
  private static final String HEADINGS =
      String.format(
          Locale.ROOT,
          "%9s %8s %9s %6s %9s %10s %12s %6s",
          "LUTs",
          "share",
          "LUTs+DSP",
          "DSPs",
          "FFs",
          "AIG nodes",
          "memory bits",
          "levels");

  private final AreaEstimate estimate;

  AreaTables(AreaEstimate estimate) {
    this.estimate = estimate;
  }

  void print(PrintWriter out) {
    ConsoleTable table =
        new ConsoleTable(
            String.format(
                Locale.ROOT, "Area of %s in LUT%d", estimate.top(), estimate.lutInputs()));
    table.row("", "%s", HEADINGS);
    for (AreaEstimate.Part part : estimate.parts()) {
      row(table, part.part().label(), part.resources(), part.criticalPath());
    }
    CriticalPath longest = estimate.criticalPath().orElse(null);
    row(table, "all", estimate.total(), longest);
    table.print(out);
    out.println();
    out.printf(
        "LUTs: everything in LUTs. LUTs+DSP: multipliers in as many %s.%n",
        DspSlice.DSP48E2.name());
    out.println("levels: LUTs on the longest path that ends in the part, across modules.");
    if (longest != null) {
      out.printf("longest path: %s to %s%n", longest.from(), longest.to());
    }
    out.flush();
  }

  private void row(ConsoleTable table, String name, Resources r, CriticalPath path) {
    table.row(
        name,
        COLUMNS,
        r.luts(),
        100.0 * r.luts() / Math.max(1, estimate.total().luts()),
        r.lutsBesideDsp(),
        r.dspSlices(),
        r.registers(),
        r.aigNodes(),
        r.memoryBits(),
        path == null ? "" : path.levels());
  }

  void printModules(PrintWriter out) {
    ConsoleTable table =
        new ConsoleTable("Distinct modules, one instance each, without those below");
    table.row(
        "",
        "%9s %9s %9s %9s %6s %6s  %s",
        "instances",
        "LUTs",
        "FFs",
        "AIG",
        "LUT lv",
        "AIG lv",
        "multipliers");
    estimate.modules().stream()
        .sorted(
            Comparator.comparingLong((AreaEstimate.Module m) -> -m.instances() * m.logic().luts()))
        .forEach(
            m ->
                table.row(
                    m.name(),
                    "%,9d %,9d %,9d %,9d %6d %6d  %s",
                    m.instances(),
                    m.logic().luts(),
                    m.logic().registers(),
                    m.logic().aigNodes(),
                    m.logic().lutLevels(),
                    m.logic().aigLevels(),
                    multipliers(m.logic())));
    table.print(out);
    ConsoleTable memories = new ConsoleTable("Distinct memories");
    for (AreaEstimate.Memory m : estimate.memories()) {
      memories.row(
          m.name(),
          "%,6d x %,7d words x %,5d bits, written by %,3d, %s",
          m.instances(),
          m.shape().words(),
          m.shape().bits(),
          m.shape().laneBits(),
          m.shape().asynchronousRead() ? "read within the cycle" : "read synchronously");
    }
    memories.print(out);
  }

  private static String multipliers(ModuleLogic logic) {
    return logic.multipliers().stream()
        .map(
            m ->
                m.count()
                    + (m.multiplier().paired() ? " pairs of " : " of ")
                    + m.multiplier().shorterBits()
                    + " x "
                    + m.multiplier().longerBits())
        .collect(Collectors.joining(", "));
  }

  /** Says which modules are not in the figures; whether there are any. */
  boolean reportFailures(PrintWriter err) {
    for (AreaEstimate.Unsynthesized u : estimate.unsynthesized()) {
      err.printf(
          "not in these figures: %s (%d instances): %s%n", u.module(), u.instances(), u.reason());
    }
    err.flush();
    return !estimate.unsynthesized().isEmpty();
  }
}
