package org.p2vit.generator.bench;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.p2vit.P2vit;
import org.p2vit.generator.compile.CompileOptions;
import org.p2vit.generator.compile.ModelCompiler;
import org.p2vit.generator.compile.Overlap;
import org.p2vit.generator.cycles.MemoryTiming;
import org.p2vit.model.DeitShape;
import org.p2vit.model.QuantizedModel;
import org.p2vit.quantize.Progress;
import org.p2vit.rtl.Architecture;

/** Predicted cycles with each kind of overlap switched off (docs/ablation.md). */
final class Ablation {

  /**
   * @param name in the paper
   * @param published normalized latency (P2-ViT, arXiv 2405.19915)
   */
  private record Row(String name, Overlap overlap, String published) {}

  private static final List<Row> ROWS =
      List.of(
          new Row("none", new Overlap(false, false), "1.57"),
          new Row("inter-layer only", new Overlap(true, false), "1.32"),
          new Row("intra-layer only", new Overlap(false, true), "1.37"),
          new Row("both", Overlap.FULL, "1.00"));

  private Ablation() {}

  static String table(Models models, Progress progress) {
    Map<Row, StringBuilder> lines = new LinkedHashMap<>();
    StringBuilder header = new StringBuilder("overlap;P2-ViT, published");
    ROWS.forEach(r -> lines.put(r, new StringBuilder(r.name + ";" + r.published)));
    for (DeitShape network : DeitShape.values()) {
      progress.at("ablation", network.ordinal(), DeitShape.values().length);
      header.append(";").append(Workload.title(network));
      Workload workload = Workload.plain(network, 8, 1);
      QuantizedModel model = models.model(network, 8);
      Architecture arch = P2vit.fit(model, workload.fit());
      long full = cycles(model, arch, workload, Overlap.FULL);
      for (Row r : ROWS) {
        long cycles = cycles(model, arch, workload, r.overlap);
        lines.get(r).append(RtlTables.format(";%.2f (%,d)", (double) cycles / full, cycles));
      }
    }
    MarkdownTable table = new MarkdownTable(header.toString().split(";"));
    lines.values().forEach(line -> table.row((Object[]) line.toString().split(";")));
    return table.toString();
  }

  private static long cycles(
      QuantizedModel model, Architecture arch, Workload workload, Overlap overlap) {
    CompileOptions options = CompileOptions.DEFAULT.withOverlap(overlap);
    return P2vit.cycles(
            ModelCompiler.schedule(model, arch, options), new MemoryTiming(workload.latency()))
        .total();
  }
}
