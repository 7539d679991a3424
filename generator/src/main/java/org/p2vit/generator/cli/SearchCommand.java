package org.p2vit.generator.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.p2vit.P2vit;
import org.p2vit.generator.cycles.MemoryTiming;
import org.p2vit.generator.search.Budget;
import org.p2vit.generator.search.Cost;
import org.p2vit.generator.search.ImageSplit;
import org.p2vit.generator.search.MixedPrecisionSearch;
import org.p2vit.generator.search.MixedPrecisionSearch.Found;
import org.p2vit.image.ImageFiles;
import org.p2vit.image.ImageSource;
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

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "MODEL.onnx", description = "Float model, as PyTorch exports it.")
  private Path onnx;

  @Mixin private ImageOptions images;

  @Option(
      names = "--search-count",
      paramLabel = "N",
      defaultValue = "128",
      description = {
        "Measure candidates with N of the images, evenly spread (default: ${DEFAULT-VALUE});",
        "the others give the final figure. Images that also calibrate are used for neither."
      })
  private int searchCount;

  @Option(
      names = "--calibration",
      paramLabel = "PATH",
      required = true,
      description = "Images to choose scales by, likewise. Labels are not needed.")
  private Path calibration;

  @Option(
      names = "--calibration-count",
      paramLabel = "N",
      defaultValue = "" + Calibration.DEFAULT_IMAGES,
      description = "Use N of them, evenly spread (default: ${DEFAULT-VALUE}).")
  private int calibrationCount;

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

  @Option(
      names = "--latency",
      paramLabel = "CYCLES",
      defaultValue = "100",
      description = "Memory latency, for cycles (default: ${DEFAULT-VALUE}).")
  private int latency;

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
      description = "Measure at most N candidates (default: ${DEFAULT-VALUE}).")
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
      description = {
        "Where everything goes: the model, search.json, front.svg,",
        "and evaluations.jsonl, from which an interrupted search goes on."
      })
  private Path out;

  @Mixin private JsonOption json;

  @Override
  public Integer call() throws Exception {
    FloatVit vit = OnnxVitImporter.read(onnx);
    ImageSource calibrationImages =
        P2vit.spread(ImageFiles.open(calibration, null, vit.shape()), calibrationCount);
    ImageSource all = images.open(vit.shape());
    int channels = vit.shape().imageChannels();
    try (ProgressLine progress = new ProgressLine()) {
      ImageSplit split = ImageSplit.of(all, calibrationImages, searchCount, progress::at);
      Calibration collected =
          P2vit.calibrate(
              onnx,
              calibrationImages,
              normalization.mean(channels),
              normalization.std(channels),
              progress::at);
      try (MixedPrecisionSearch search =
          new MixedPrecisionSearch(
              onnx,
              vit,
              collected,
              QuantizeOptions.DEFAULT.withResidualBits(residualBits),
              progress::at)) {
        Cost cost = cost(search);
        double most =
            limit.meanBits != null
                ? limit.meanBits
                : limit.bytes != null ? limit.bytes : limit.cycles;
        Budget budget = new Budget(cost, most);
        Found found =
            search.run(
                new MixedPrecisionSearch.Plan(budget, seed, evaluations, out),
                onnx,
                calibrationImages,
                split);
        ModelFiles.write(found.quantization().model(), out);
        PrintWriter o = spec.commandLine().getOut();
        o.println(found.best());
        o.println("float " + found.floatRight());
        for (int g = 0; g < search.groups().size(); g++)
          o.printf(
              "%s %d %.5f%n",
              search.groups().get(g).name(),
              found.best().allocation().bits(g),
              found.sensitivity()[g]);
        o.println(search.measure(found.quantization().model(), split.test()));
      }
    }
    return 0;
  }

  private Cost cost(MixedPrecisionSearch search) {
    if (limit.meanBits != null) {
      return Cost.meanBits(search.groups());
    }
    if (limit.bytes != null) {
      return Cost.bytes(search.groups());
    }
    return search.cycles(architecture.choose(search.narrow()), new MemoryTiming(latency));
  }
}
