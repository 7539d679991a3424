package org.p2vit.generator.cli;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.p2vit.P2vit;
import org.p2vit.generator.report.ReportFiles;
import org.p2vit.generator.search.Budget;
import org.p2vit.generator.search.Cost;
import org.p2vit.generator.search.FrontSvg;
import org.p2vit.generator.search.ImageSplit;
import org.p2vit.generator.search.LayerGroup;
import org.p2vit.generator.search.MixedPrecisionSearch;
import org.p2vit.generator.search.MixedPrecisionSearch.Found;
import org.p2vit.image.ImageFiles;
import org.p2vit.image.ImageSource;
import org.p2vit.model.InputException;
import org.p2vit.model.io.AtomicFiles;
import org.p2vit.model.io.ModelFiles;
import org.p2vit.onnx.FloatVit;
import org.p2vit.onnx.OnnxVitImporter;
import org.p2vit.quantize.Calibration;
import org.p2vit.quantize.QuantizeOptions;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code p2vit search}. */
@Command(
    name = "search",
    description = {
      "Chooses 4 or 8 bits for the weights of each layer, within a budget, and quantizes.",
      "An interrupted search goes on where it was when the same command is given again."
    },
    sortOptions = false)
final class SearchCommand implements Callable<Integer> {

  private static final String SUMMARY = "search.json";
  private static final String PLOT = "front.svg";
  private static final int REPORT_IMAGES = 16;

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "MODEL.onnx", description = "Float model, as PyTorch exports it.")
  private Path onnx;

  @Mixin private ImageOptions images;

  @Option(
      names = "--search-count",
      paramLabel = "N",
      defaultValue = "128",
      description =
          "Measure candidates with N of the images, evenly spread (default: ${DEFAULT-VALUE}); "
              + "the others give the final figure. Images that also calibrate are used for neither.")
  private int searchCount;

  @Option(
      names = "--calibration",
      paramLabel = "PATH",
      required = true,
      description = "Images to choose scales by, likewise. Labels are not needed.")
  private Path calibration;

  @Mixin private CalibrationCountOption calibrationCount;

  @Mixin private NormalizationOptions normalization;

  @ArgGroup(exclusive = true, multiplicity = "1")
  private Limit limit;

  /** One of them. */
  static final class Limit {
    @Option(
        names = "--max-mean-bits",
        paramLabel = "B",
        description = "Most mean weight bits, each multiply-accumulate counting once: 4 to 8.")
    private Double meanBits;

    @Option(
        names = "--max-bytes",
        paramLabel = "N",
        description = "Most bytes of all weights, as 'inspect' counts them.")
    private Long bytes;

    @Option(
        names = "--max-cycles",
        paramLabel = "N",
        description = "Most cycles an image on the architecture, as 'cycles' predicts them.")
    private Long cycles;
  }

  @Mixin private ArchitectureOptions architecture;

  @Mixin private LatencyOption latency;

  @Option(
      names = "--residual-bits",
      paramLabel = "8..16",
      defaultValue = "16",
      description = "Bits of the residual stream (default: ${DEFAULT-VALUE}).")
  private int residualBits;

  @Option(
      names = "--evaluations",
      paramLabel = "N",
      defaultValue = "200",
      description = {
        "Stop after the generation in which N candidates are measured (default: ${DEFAULT-VALUE}).",
        "Some 30, the front and the first generation, always are."
      })
  private int evaluations;

  @Option(
      names = "--seed",
      paramLabel = "S",
      defaultValue = "1",
      description = "The same seed gives the same search (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      required = true,
      description =
          "Where everything goes: the model, search.json, front.svg, "
              + "and evaluations.jsonl, from which an interrupted search goes on.")
  private Path out;

  @Mixin private JsonOption json;

  @Override
  public Integer call() throws Exception {
    check();
    QuantizeOptions options = QuantizeOptions.DEFAULT.withResidualBits(residualBits);
    FloatVit vit = OnnxVitImporter.read(onnx);
    List<LayerGroup> groups = LayerGroup.of(vit.shape());
    if (limit.cycles == null) {
      budget(groups, null).checkFeasible(groups.size());
    }
    ImageSource calibrationImages =
        calibrationCount.choose(ImageFiles.open(calibration, null, vit.shape()), vit.shape());
    ImageSource all = images.open(vit.shape());
    int channels = vit.shape().imageChannels();
    SearchSummary summary;
    try (ProgressLine progress = new ProgressLine()) {
      ImageSplit split = ImageSplit.of(all, calibrationImages, searchCount, progress::at);
      MixedPrecisionSearch.requireImages(out, split);
      Calibration collected =
          P2vit.calibrate(
              onnx,
              calibrationImages,
              normalization.mean(channels),
              normalization.std(channels),
              progress::at);
      try (MixedPrecisionSearch search =
          new MixedPrecisionSearch(onnx, vit, collected, options, progress::at)) {
        Cost cycles =
            limit.cycles != null || architecture.given()
                ? search.cycles(architecture.choose(search.narrow()), latency.memory())
                : null;
        Budget budget = budget(groups, cycles);
        Found found =
            search.run(
                new MixedPrecisionSearch.Plan(budget, seed, evaluations, out),
                onnx,
                calibrationImages,
                split);
        ModelFiles.write(found.quantization().model(), out);
        writePlot(vit.name(), budget, found);
        summary =
            SearchSummary.of(
                budget, costs(groups, cycles), seed, groups, found, finals(search, found, split));
        JsonOption.write(summary, out.resolve(SUMMARY));
        ReportFiles.write(
            P2vit.report(
                onnx,
                found.quantization(),
                P2vit.spread(calibrationImages, REPORT_IMAGES),
                null,
                progress::at),
            out);
      }
    }
    PrintWriter text = spec.commandLine().getOut();
    summary.print(text);
    text.printf(
        "%nwritten to %s: %s, %s, %s, %s, %s%n",
        out, ModelFiles.MODEL_FILE, ModelFiles.WEIGHTS_FILE, SUMMARY, PLOT, ReportFiles.HTML);
    text.flush();
    json.write(summary);
    return 0;
  }

  private void check() {
    if (searchCount < 1 || evaluations < 1) {
      throw new InputException(
          "--search-count %d, --evaluations %d: each must be at least 1"
              .formatted(searchCount, evaluations));
    }
    latency.cycles();
  }

  private Budget budget(List<LayerGroup> groups, Cost cycles) {
    if (limit.meanBits != null) {
      return new Budget(Cost.meanBits(groups), limit.meanBits);
    }
    return limit.bytes != null
        ? new Budget(Cost.bytes(groups), limit.bytes)
        : new Budget(cycles, limit.cycles);
  }

  private static List<Cost> costs(List<LayerGroup> groups, Cost cycles) {
    List<Cost> costs = new ArrayList<>(List.of(Cost.meanBits(groups), Cost.bytes(groups)));
    if (cycles != null) {
      costs.add(cycles);
    }
    return costs;
  }

  /** The result, 4 bits everywhere, 8 bits everywhere. */
  private static List<MixedPrecisionSearch.Final> finals(
      MixedPrecisionSearch search, Found found, ImageSplit split) {
    return split.test().count() == 0
        ? List.of()
        : search.measure(
            List.of(found.quantization().model(), search.narrow(), search.wide()), split.test());
  }

  private void writePlot(String model, Budget budget, Found found) {
    String svg = FrontSvg.draw(model + ", 4- and 8-bit weights", budget, found);
    AtomicFiles.write(out, Map.of(PLOT, svg.getBytes(StandardCharsets.UTF_8)));
  }
}
