package org.p2vit.generator.bench;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.p2vit.P2vit;
import org.p2vit.generator.compile.ModelCompiler;
import org.p2vit.generator.compile.Schedule;
import org.p2vit.generator.cycles.CycleReport;
import org.p2vit.generator.cycles.LossCause;
import org.p2vit.generator.cycles.MemoryTiming;
import org.p2vit.generator.fit.FitOptions;
import org.p2vit.model.DeitShape;
import org.p2vit.model.QuantizedModel;
import org.p2vit.quantize.Progress;
import org.p2vit.rtl.Architecture;

/** Predicted cycles over sizes of the array: the generator's choice for each, no memory limit. */
final class Scaling {
  private static final int LATENCY = 100;
  private static final int NAMED_LOSSES = 3;

  /** A loss of a smaller share of the cycles is not worth a word. */
  private static final double NAMED_FROM = 0.001;

  /**
   * @param macs a cycle
   * @param axiBits width of the memory port
   */
  private record Point(int macs, int axiBits) {}

  private static final List<Point> POINTS =
      List.of(
          new Point(256, 128),
          new Point(512, 128),
          new Point(1024, 128),
          new Point(2048, 128),
          new Point(2048, 512),
          new Point(4096, 128),
          new Point(4096, 512));

  private Scaling() {}

  static String table(Models models, Progress progress) {
    MarkdownTable table =
        new MarkdownTable(
            "network",
            "MACs a cycle",
            "AXI",
            "array",
            "memory",
            "cycles an image",
            "utilization",
            "lost most to");
    for (DeitShape network : DeitShape.values()) {
      QuantizedModel model = models.model(network, 8);
      for (Point p : POINTS) {
        progress.at("scaling", table.rows(), DeitShape.values().length * POINTS.size());
        Architecture arch =
            P2vit.fit(model, FitOptions.DEFAULT.withMacs(p.macs).withAxiBits(p.axiBits));
        Schedule schedule = ModelCompiler.schedule(model, arch, 1);
        CycleReport report =
            CycleReport.of(model, schedule, P2vit.cycles(schedule, new MemoryTiming(LATENCY)));
        table.row(
            Workload.title(network),
            RtlTables.format("%,d", p.macs),
            arch.axi().dataBits() + " bits",
            arch.rows() + " x " + arch.columns() + " x " + arch.depth(),
            RtlTables.format("%,.0f KiB", schedule.bufferBytes() / 1024.0),
            RtlTables.format("%,d", report.total()),
            RtlTables.percent(report.utilization()),
            losses(report));
      }
    }
    return table.toString();
  }

  private static String losses(CycleReport report) {
    return report.losses().entrySet().stream()
        .filter(e -> e.getValue() >= NAMED_FROM * report.total())
        .sorted(Map.Entry.<LossCause, Double>comparingByValue().reversed())
        .limit(NAMED_LOSSES)
        .map(
            e ->
                RtlTables.format(
                    "%s %.1f %%",
                    e.getKey().name().toLowerCase(Locale.ROOT).replace('_', ' '),
                    100 * e.getValue() / report.total()))
        .collect(Collectors.joining(", "));
  }
}
