package org.p2vit.generator.cli;

import java.io.PrintWriter;
import java.util.Locale;
import java.util.Map;
import org.p2vit.generator.cycles.CycleReport;
import org.p2vit.generator.cycles.LossCause;

/** A {@link CycleReport} for people. */
final class CycleTables {
  private final CycleReport report;

  CycleTables(CycleReport report) {
    this.report = report;
  }

  void print(PrintWriter out) {
    ConsoleTable summary =
        new ConsoleTable("Predicted cycles")
            .row("cycles per image", "%,.0f", (double) report.total() / report.images())
            .row("images back to back", "%d", report.images())
            .row("MAC-array utilization", "%.1f %%", 100 * report.utilization());
    report.losses().entrySet().stream()
        .sorted(Map.Entry.<LossCause, Double>comparingByValue().reversed())
        .forEach(
            e ->
                summary.row(
                    "lost: " + name(e.getKey()),
                    "%5.2f %%  %s",
                    100 * e.getValue() / report.total(),
                    e.getKey().meaning()));
    summary.print(out);
    ConsoleTable layers = new ConsoleTable("Layers: cycles, share that is useful, most lost by");
    for (CycleReport.Layer layer : report.layers()) {
      layers.row(
          layer.name(),
          "%,12.0f  %5.1f %%  %s",
          layer.cycles(),
          100 * layer.useful() / layer.cycles(),
          most(layer));
    }
    layers.print(out);
  }

  private static String most(CycleReport.Layer layer) {
    return layer.losses().entrySet().stream()
        .max(Map.Entry.comparingByValue())
        .filter(e -> e.getValue() > 0)
        .map(e -> String.format(Locale.ROOT, "%s %,.0f", name(e.getKey()), e.getValue()))
        .orElse("");
  }

  private static String name(LossCause cause) {
    return cause.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
