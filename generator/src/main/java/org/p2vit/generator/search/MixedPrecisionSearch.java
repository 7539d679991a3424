package org.p2vit.generator.search;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.p2vit.generator.Drop;
import org.p2vit.generator.cycles.MemoryTiming;
import org.p2vit.image.ImageSource;
import org.p2vit.model.InputException;
import org.p2vit.model.QuantizedModel;
import org.p2vit.onnx.FloatReference;
import org.p2vit.onnx.FloatVit;
import org.p2vit.onnx.PerturbedReference;
import org.p2vit.quantize.Calibration;
import org.p2vit.quantize.Progress;
import org.p2vit.quantize.Quantization;
import org.p2vit.quantize.QuantizeOptions;
import org.p2vit.quantize.Quantizer;
import org.p2vit.rtl.Architecture;

/**
 * Chooses 4 or 8 bits for the weights of every group of layers (docs/mixed-precision.md): coarse,
 * by a loss that is predicted from the model's curvature; fine, by an evolutionary search that
 * measures. What it has measured is kept on disk, so that an interrupted search goes on.
 */
public final class MixedPrecisionSearch implements AutoCloseable {
  /** Images that sensitivities are measured with; more change the ranking little. */
  static final int SENSITIVITY_IMAGES = 32;

  /** In the subject of a journal. */
  private static final String IMAGES = "images";

  private final FloatVit vit;
  private final Calibration calibration;
  private final QuantizeOptions options;
  private final List<LayerGroup> groups;
  private final Quantization narrow;
  private final Quantization wide;
  private final Candidates candidates;
  private final String fingerprint;
  private final FloatReference reference;
  private final Progress progress;

  /**
   * Quantizes the model in the ways that candidates are put together from.
   *
   * @param options weight bits are not looked at
   */
  public MixedPrecisionSearch(
      Path onnx,
      FloatVit vit,
      Calibration calibration,
      QuantizeOptions options,
      Progress progress) {
    this.vit = vit;
    this.calibration = calibration;
    this.options = options;
    this.progress = progress;
    groups = LayerGroup.of(vit.shape());
    List<Allocation> needed = Candidates.needed(groups);
    List<Quantization> quantized = new ArrayList<>();
    Map<Allocation, QuantizedModel> models = new LinkedHashMap<>();
    for (int i = 0; i < needed.size(); i++) {
      String step = "quantize, model %d of %d".formatted(i + 1, needed.size());
      quantized.add(quantize(step, needed.get(i)));
      models.put(needed.get(i), quantized.get(i).model());
    }
    narrow = quantized.get(0);
    wide = quantized.get(1);
    fingerprint = Fingerprint.of(models.values());
    candidates = new Candidates(models);
    reference = FloatReference.open(onnx, vit, List.of());
  }

  private Quantization quantize(String step, Allocation allocation) {
    return Quantizer.quantize(
        calibration,
        options.withLayerWeightBits(LayerGroup.layerBits(groups, allocation)),
        (what, done, total) -> progress.at(step, done, total));
  }

  public List<LayerGroup> groups() {
    return groups;
  }

  /** The model with 4-bit weights. */
  public QuantizedModel narrow() {
    return narrow.model();
  }

  /** The model with 8-bit weights. */
  public QuantizedModel wide() {
    return wide.model();
  }

  /** Cycles an image on an architecture. */
  public Cost cycles(Architecture architecture, MemoryTiming memory) {
    return new CycleCost(candidates::model, architecture, memory);
  }

  /**
   * How to search.
   *
   * @param budget what the result may cost
   * @param seed of all random numbers
   * @param evaluations candidates after which the search ends, those of an interrupted run included
   * @param directory where the journal is kept
   */
  public record Plan(Budget budget, long seed, int evaluations, Path directory) {}

  /**
   * What a search found.
   *
   * @param best bits within the budget
   * @param quantization the model, quantized for these bits
   * @param measured everything that was measured, in the order in which it was
   * @param sensitivity predicted loss of each group alone at 4 bits, in nats
   * @param floatRight images of the search that the float model has right
   */
  public record Found(
      Evaluation best,
      Quantization quantization,
      List<Evaluation> measured,
      double[] sensitivity,
      int floatRight) {}

  /**
   * Refuses a folder in which other images were searched with, before anything is quantized.
   *
   * @throws InputException that names its journal
   */
  public static void requireImages(Path directory, ImageSplit images) {
    Journal.check(directory, Map.of(IMAGES, images.fingerprint()));
  }

  /**
   * Searches.
   *
   * @param onnx for the sensitivities
   * @param unlabelled images to measure sensitivities with
   * @param images to measure candidates with
   */
  public Found run(Plan plan, Path onnx, ImageSource unlabelled, ImageSplit images) {
    plan.budget().checkFeasible(groups.size());
    Map<String, String> subject = new LinkedHashMap<>();
    subject.put("models", fingerprint);
    subject.put(IMAGES, images.fingerprint());
    try (Journal journal = Journal.open(plan.directory(), subject)) {
      Sensitivity sensitivity = sensitivity(plan.directory(), subject, onnx, unlabelled);
      Measurement measurement =
          Measurement.prepare(reference, images.search(), narrow.model(), progress);
      return new SearchRun(
              plan, groups, candidates, this::quantize, journal, sensitivity, measurement, progress)
          .found();
    }
  }

  private Sensitivity sensitivity(
      Path directory, Map<String, String> subject, Path onnx, ImageSource images) {
    SensitivityFile file = new SensitivityFile(directory, subject);
    Sensitivity known = file.read(groups.size());
    if (known != null) {
      return known;
    }
    try (PerturbedReference perturbed = PerturbedReference.open(onnx, vit, LayerErrors.taps(vit))) {
      int count = Math.min(SENSITIVITY_IMAGES, images.count());
      Sensitivity measured =
          Sensitivity.measure(vit, perturbed, narrow, wide, images.slice(0, count), progress);
      file.write(groups, measured);
      return measured;
    }
  }

  /** Models against the float model, on images that the search has not seen. */
  public List<Final> measure(List<QuantizedModel> models, ImageSource images) {
    Measurement measurement = Measurement.prepare(reference, images, narrow.model(), progress);
    int total = models.size() * images.count();
    List<Final> results = new ArrayList<>();
    for (QuantizedModel model : models) {
      int before = results.size() * images.count();
      Measurement.Outcome outcome =
          measurement.of(
              model, (done, count) -> progress.at("final measurement", before + done, total));
      Drop drop = measurement.drop(outcome);
      results.add(
          new Final(
              measurement.images(),
              measurement.floatRight(),
              outcome.count(),
              drop.points(),
              drop.error(),
              outcome.divergence()));
    }
    return results;
  }

  /**
   * A final figure.
   *
   * @param images measured
   * @param floatRight right images of the float model
   * @param right of the integer model
   * @param drop percentage points of accuracy lost
   * @param dropError its standard error, of the paired difference
   * @param divergence mean, in nats
   */
  public record Final(
      int images, int floatRight, int right, double drop, double dropError, double divergence) {

    public double accuracy() {
      return (double) right / images;
    }
  }

  @Override
  public void close() {
    reference.close();
  }
}
