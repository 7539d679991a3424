package org.p2vit.generator.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.p2vit.generator.report.QuantizationReport.Layer;
import org.p2vit.quantize.TensorStatistics;

/** {@code report.html}: one file, no scripts, nothing loaded from elsewhere. */
final class ReportHtml {
  private final StringBuilder html = new StringBuilder();
  private final QuantizationReport report;
  private final Map<String, TensorStatistics> tensors;

  private ReportHtml(QuantizationReport report) {
    this.report = report;
    tensors = report.tensorsByName();
  }

  static String of(QuantizationReport report) {
    return new ReportHtml(report).page();
  }

  private String page() {
    add(
        """
        <!DOCTYPE html>
        <html lang="en"><head><meta charset="utf-8"/><meta name="viewport" content="width=device-width"/>
        <title>%s: quantization report</title><style>
        %s</style></head><body><main>
        <h1>%s</h1>
        <p class="dim">Quantization report of p2vit: integers only, all scales powers of two.</p>
        """,
        escape(report.model()), ReportStyle.CSS, escape(report.model()));
    cards();
    add("<h2>Where precision is lost</h2>%n<p>%s</p>%n", LOSS_TEXT);
    add("<figure>%s</figure>%n", new SqnrChart(report).draw());
    layers();
    tensors();
    add("</main></body></html>%n");
    return html.toString();
  }

  private static final String LOSS_TEXT =
      "Signal-to-quantization-noise ratio of each tensor against the float model's."
          + " <b>With all before</b>: errors of all earlier layers included."
          + " <b>Alone</b>: the layer's inputs are the float model's, so only its own error counts.";

  private void cards() {
    add("<div class=\"cards\">%n");
    if (report.accuracy() != null) {
      var a = report.accuracy();
      card("Top-1, float", percent(a.floatTop1()), "%,d labelled images".formatted(a.images()));
      double drop = 100 * (a.floatTop1() - a.integerTop1());
      card(
          "Top-1, integer",
          percent(a.integerTop1()),
          String.format(Locale.ROOT, "%+.2f points", -drop));
      card("Same prediction", percent(a.samePrediction()), "float and integer model");
    } else {
      card("Accuracy", "not measured", "give --images with labels");
    }
    card(
        "Mean weight bits",
        String.format(Locale.ROOT, "%.2f", report.meanBits()),
        "by multiply-accumulates");
    card(
        "Weights",
        String.format(Locale.ROOT, "%,.0f KiB", report.weightBytes() / 1024.0),
        "%d linear layers".formatted(report.layers().size()));
    card("Residual stream", report.residualBits() + " bits", "other activations 8, attention 4");
    add("</div>%n");
  }

  private void card(String name, String value, String note) {
    add(
        "<div class=\"card\"><span>%s</span><b>%s</b><small>%s</small></div>%n",
        escape(name), escape(value), escape(note));
  }

  private void layers() {
    add(
        """
        <h2>Layers</h2>
        <p>Exponents are those of the accumulators, a power of two an output channel. <i>At the ends</i>: share of weights that have the
        smallest or the largest code. The bars are the ratios of the layer's output in decibels, <i>alone</i> and <i>with all before</i>.</p>
        <table><thead><tr><th>Layer</th><th>in x out</th><th>Bits</th><th>Exponents</th><th>At the ends</th><th>Weights</th>
        <th>Output</th><th>Alone</th><th>With all before</th></tr></thead><tbody>
        """);
    for (Layer layer : report.layers()) {
      TensorStatistics output = tensors.get(layer.output());
      add(
          "<tr><th>%s</th><td class=\"n\">%d x %d</td><td><span class=\"bits b%d\">%d</span></td>"
              + "<td class=\"n\">%s</td><td class=\"n\">%s</td><td>%s</td><td>%s</td>%s%s</tr>%n",
          layer.name(),
          layer.in(),
          layer.out(),
          layer.weightBits(),
          layer.weightBits(),
          range(layer.exponent()),
          share(layer.saturation()),
          HistogramSvg.draw(layer.weights(), null),
          shortName(layer.output()),
          bar(output.ownSqnr()),
          bar(output.sqnr()));
    }
    add("</tbody></table>%n");
  }

  private void tensors() {
    add(
        """
        <h2>Tensors</h2>
        <p>Bars: how often the codes of the integer model occur; line: the float model's values in the same units, the outermost bins
        holding all beyond the range. Heights are logarithmic. <i>Saturated</i>: share of codes at an end of the range (of attention, whose
        codes are logarithms: share of zeros). Measured on %d images.</p>
        """,
        report.images());
    Map<String, List<TensorStatistics>> groups = new LinkedHashMap<>();
    for (TensorStatistics t : report.tensors()) {
      String group =
          t.name().startsWith("blocks.")
              ? "Block " + t.name().split("\\.")[1]
              : t.name().equals("embed") ? "Embedding" : "Classifier";
      groups.computeIfAbsent(group, g -> new ArrayList<>()).add(t);
    }
    groups.forEach(
        (name, list) -> {
          add("<h3>%s</h3><div class=\"tensors\">%n", name);
          list.forEach(this::tensor);
          add("</div>%n");
        });
  }

  private void tensor(TensorStatistics t) {
    String exponents = t.exponent().length == 0 ? "log2" : "exponent " + range(t.exponent());
    add(
        "<div class=\"tensor\"><b>%s</b><span class=\"dim\">%d bits, %s</span>%s"
            + "<dl><dt>alone</dt><dd>%s</dd><dt>with all before</dt><dd>%s</dd>"
            + "<dt>%s</dt><dd%s>%s</dd></dl></div>%n",
        shortName(t.name()),
        t.bits(),
        exponents,
        HistogramSvg.draw(t.codes(), t.floats()),
        decibels(t.ownSqnr()),
        decibels(t.sqnr()),
        t.exponent().length == 0 ? "zeros" : "saturated",
        t.exponent().length != 0 && t.saturation() > 0.01 ? " class=\"warn\"" : "",
        share(t.saturation()));
  }

  // --- Small things

  private void add(String format, Object... values) {
    html.append(String.format(Locale.ROOT, format, values));
  }

  private static String bar(double decibels) {
    double width = Math.max(0, Math.min(100, 100 * decibels / SqnrChart.MOST));
    return String.format(
        Locale.ROOT,
        "<td class=\"bar\"><i style=\"width:%.0f%%\"></i><span>%s</span></td>",
        width,
        decibels(decibels));
  }

  private static String decibels(double value) {
    return Double.isInfinite(value)
        ? "exact"
        : Double.isNaN(value) ? "all zero" : String.format(Locale.ROOT, "%.1f dB", value);
  }

  private static String percent(double share) {
    return String.format(Locale.ROOT, "%.2f %%", 100 * share);
  }

  /** A share that may be tiny. */
  private static String share(double share) {
    if (share == 0) {
      return "0";
    }
    return share < 0.0001 ? "< 0.01 %" : percent(share);
  }

  private static String range(int[] exponents) {
    return exponents[0] == exponents[1]
        ? Integer.toString(exponents[0])
        : exponents[0] + " .. " + exponents[1];
  }

  private static String shortName(String tensor) {
    return tensor.substring(tensor.lastIndexOf('.') + 1);
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }
}
