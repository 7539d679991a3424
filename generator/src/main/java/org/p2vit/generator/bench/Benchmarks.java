package org.p2vit.generator.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.p2vit.P2vit;
import org.p2vit.generator.verify.RtlVerification;
import org.p2vit.image.ImageSource;
import org.p2vit.model.DeitShape;
import org.p2vit.model.InputException;
import org.p2vit.model.QuantizedModel;
import org.p2vit.model.VitShape;
import org.p2vit.model.io.AtomicFiles;
import org.p2vit.model.io.Directories;
import org.p2vit.model.io.FileErrors;
import org.p2vit.quantize.Progress;

/** Measures the tables of docs/benchmarks.md and puts them where they belong in it. */
public final class Benchmarks {

  /** The tables that can be measured apart. */
  public enum Table {
    THROUGHPUT,
    SLOW_MEMORY,
    SCALING,
    ABLATION,
    PREDICTION_SPEED,
    GOLDEN_SPEED,
    SIMULATION_SPEED;

    String id() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  /** Hears of all steps. */
  public interface Listener extends RtlVerification.Listener, Progress {}

  private static final int GOLDEN_IMAGES = 100;
  private static final int GOLDEN_ROUNDS = 5;

  private final Path work;
  private final Models models;
  private final Listener listener;

  /**
   * @param data folder with the trained ViT-Tiny and photographs; without it weights are random and
   *     the golden model's speed is not measured
   * @param work keeps what was measured, so that an interrupted run can go on
   */
  public Benchmarks(Optional<Path> data, Path work, Listener listener) {
    this.work = work;
    this.models = new Models(data, listener);
    this.listener = listener;
  }

  /**
   * Measures tables; what is measured of one is in the document before the next measurement begins.
   *
   * @param document Markdown with a place for each table, see {@link MarkedTables}
   * @throws InputException if the document cannot be read or written, or has no place for a table
   */
  public void run(List<Table> tables, Path document) {
    // An hour before the first table is written.
    Map<String, String> places = new LinkedHashMap<>();
    tables.forEach(t -> places.put(t.id(), ""));
    replaced(document, places);
    for (Table table : tables) {
      measure(table, markdown -> put(document, Map.of(table.id(), markdown)));
    }
  }

  /**
   * @param out gets the table, after each of several long measurements what there is of it
   */
  private void measure(Table table, Consumer<String> out) {
    switch (table) {
      case THROUGHPUT -> simulate(Workload.throughput(), r -> out.accept(RtlTables.throughput(r)));
      case SLOW_MEMORY -> simulate(Workload.slowMemory(), r -> out.accept(RtlTables.slowMemory(r)));
      case SCALING -> out.accept(Scaling.table(models, listener));
      case ABLATION -> out.accept(Ablation.table(models, listener));
      case PREDICTION_SPEED -> out.accept(predictionSpeed());
      case GOLDEN_SPEED -> models.onnx().map(this::goldenSpeed).ifPresent(out);
      case SIMULATION_SPEED -> out.accept(simulationSpeed());
    }
  }

  private void simulate(
      List<Workload> workloads, Consumer<Map<Workload, RtlMeasurement>> finished) {
    Map<Workload, RtlMeasurement> results = new LinkedHashMap<>();
    for (Workload w : workloads) {
      listener.at(w.id(), results.size(), workloads.size());
      QuantizedModel model = models.model(w.network(), w.weightBits());
      ImageSource images = models.images(model.shape());
      results.put(w, RtlMeasurement.of(w, model, images, work, listener));
      finished.accept(results);
    }
  }

  private String predictionSpeed() {
    MarkdownTable table =
        new MarkdownTable(
            "network",
            "weights",
            "designs",
            "predicted a second",
            "processor time a design",
            "the same, each alone",
            "largest error of the short cut");
    for (DeitShape network : DeitShape.values()) {
      for (int bits : new int[] {8, 4}) {
        listener.at("prediction speed", table.rows(), 2 * DeitShape.values().length);
        QuantizedModel model = models.model(network, bits);
        Workload w = Workload.plain(network, bits, 1);
        PredictionSpeed s = PredictionSpeed.measure(model, P2vit.fit(model, w.fit()));
        table.row(
            Workload.title(network),
            bits + " bits",
            s.designs(),
            RtlTables.format("%,.0f", s.perSecond()),
            RtlTables.format("%.1f ms", s.processorMillis()),
            RtlTables.format("%.1f ms", s.aloneMillis()),
            RtlTables.format("%.3f %%", 100 * s.worstError()));
      }
    }
    return table.toString();
  }

  private String goldenSpeed(Path onnx) {
    QuantizedModel model = models.model(DeitShape.DEIT_TINY, 8);
    VitShape shape = model.shape();
    ImageSource all = models.images(shape);
    ImageSource images = all.slice(0, Math.min(all.count(), GOLDEN_IMAGES));
    GoldenSpeed s = GoldenSpeed.measure(model, onnx, images, GOLDEN_ROUNDS, listener);
    return new MarkdownTable("", "images a second")
        .row("golden model, an image a core", RtlTables.format("%.1f", s.golden()))
        .row("ONNX Runtime float32, default", RtlTables.format("%.1f", s.onnxRuntime()))
        .row(
            "ONNX Runtime float32, an image a core",
            RtlTables.format("%.1f", s.onnxRuntimePerCore()))
        .row("golden over the faster of these", RtlTables.format("%.2f", s.ratio()))
        .toString();
  }

  private String simulationSpeed() {
    MarkdownTable table =
        new MarkdownTable(
            "network",
            "elaboration",
            "Verilator build",
            "one image",
            "cycles a second",
            "with golden model and comparison");
    for (DeitShape network : List.of(DeitShape.DEIT_TINY, DeitShape.DEIT_BASE)) {
      Workload w = Workload.plain(network, 8, 1);
      QuantizedModel model = models.model(network, 8);
      Path directory = work.resolve("speed-" + w.id());
      Directories.delete(directory);
      SimulationSpeed s =
          SimulationSpeed.measure(w, model, models.images(model.shape()), directory, listener);
      table.row(
          Workload.title(network),
          RtlTables.format("%.0f s", s.elaborateSeconds()),
          RtlTables.format("%.0f s", s.buildSeconds()),
          RtlTables.format("%.0f s", s.imageSeconds()),
          RtlTables.format("%,.0f", s.cyclesPerSecond()),
          RtlTables.format("%.0f s", s.verifySeconds()));
    }
    return table.toString();
  }

  private static void put(Path document, Map<String, String> tables) {
    String text = replaced(document, tables);
    AtomicFiles.write(
        document.toAbsolutePath().getParent(),
        Map.of(document.getFileName().toString(), text.getBytes(StandardCharsets.UTF_8)));
  }

  private static String replaced(Path document, Map<String, String> tables) {
    try {
      return MarkedTables.replace(document.toString(), Files.readString(document), tables);
    } catch (IOException e) {
      throw FileErrors.cannot("read", document, e);
    }
  }
}
