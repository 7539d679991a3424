package org.p2vit.generator.bench;

import java.util.Locale;
import java.util.Map;

/** {@link RtlMeasurement}s as Markdown. */
final class RtlTables {
  private static final double KIB = 1024;

  private RtlTables() {}

  /** One line a workload of {@link Workload#throughput}. */
  static String throughput(Map<Workload, RtlMeasurement> results) {
    MarkdownTable table =
        new MarkdownTable(
            "network",
            "weights",
            "images a start",
            "array",
            "memory",
            "cycles an image, RTL",
            "predicted",
            "utilization",
            "bit-exact");
    results.forEach(
        (w, m) ->
            table.row(
                Workload.title(w.network()),
                w.weightBits() + " bits",
                w.images(),
                m.array(),
                format("%.1f KiB", m.memoryBytes() / KIB),
                cycles(m) + speedup(w, m, results),
                predicted(m),
                percent(m.utilization()),
                exact(m)));
    return table.toString();
  }

  /** One line a workload of {@link Workload#slowMemory}. */
  static String slowMemory(Map<Workload, RtlMeasurement> results) {
    MarkdownTable table =
        new MarkdownTable(
            "network",
            "weights",
            "AXI",
            "latency",
            "stalls",
            "cycles an image, RTL",
            "predicted",
            "utilization",
            "bit-exact");
    results.forEach(
        (w, m) ->
            table.row(
                Workload.title(w.network()),
                w.weightBits() + " bits",
                w.axiBits() + " bits",
                w.latency(),
                w.stall() == 0 ? "none" : format("%.0f %% of cycles", 100 * w.stall()),
                cycles(m),
                w.stall() == 0 ? predicted(m) : "",
                percent(m.utilization()),
                exact(m)));
    return table.toString();
  }

  private static String speedup(
      Workload w, RtlMeasurement m, Map<Workload, RtlMeasurement> results) {
    RtlMeasurement eight = results.get(w.with8Bits());
    return w.weightBits() == 8 || eight == null
        ? ""
        : format(": %.2f times as fast", eight.cycles() / m.cycles());
  }

  private static String cycles(RtlMeasurement m) {
    return format("%,.0f", m.cycles());
  }

  private static String predicted(RtlMeasurement m) {
    return format("%,.0f (%+.3f %%)", m.predicted(), 100 * (m.predicted() / m.cycles() - 1));
  }

  static String percent(double share) {
    return format("%.1f %%", 100 * share);
  }

  private static String exact(RtlMeasurement m) {
    return format("%s, %,d elements", m.exact() ? "yes" : "NO", m.elements());
  }

  static String format(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
