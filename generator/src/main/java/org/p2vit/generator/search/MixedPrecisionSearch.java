package org.p2vit.generator.search;

import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.p2vit.golden.GoldenBatch;
import org.p2vit.image.ImageSource;
import org.p2vit.model.QuantizedModel;
import org.p2vit.onnx.FloatReference;
import org.p2vit.onnx.FloatVit;
import org.p2vit.onnx.PerturbedReference;
import org.p2vit.quantize.Calibration;
import org.p2vit.quantize.Progress;
import org.p2vit.quantize.Quantization;
import org.p2vit.quantize.QuantizeOptions;
import org.p2vit.quantize.Quantizer;

/**
 * Chooses 4 or 8 bits for the weights of every group of layers (docs/mixed-precision.md): coarse,
 * by a loss that is predicted from the model's curvature; fine, by an evolutionary search that
 * measures. What it has measured is kept on disk, so that an interrupted search goes on.
 */
public final class MixedPrecisionSearch implements AutoCloseable {
  /** Images that sensitivities are measured with; more change the ranking little. */
  static final int SENSITIVITY_IMAGES = 32;

  private static final int COARSE_POPULATION = 100;
  private static final int COARSE_GENERATIONS = 200;
  private static final int POPULATION = 20;

  /** Individuals of the first generation that prediction likes best. */
  private static final int SEEDED = 12;

  /**
   * Budgets between all layers at 4 bits and all at 8 for which the best prediction is measured.
   */
  private static final int FRONT_POINTS = 10;

  private static final int GENERATIONS = 1000;

  /** Generations without an evaluation after which nothing new is expected. */
  private static final int IDLE_GENERATIONS = 20;

  private static final int FINALISTS = 3;

  private final FloatVit vit;
  private final Calibration calibration;
  private final QuantizeOptions options;
  private final List<LayerGroup> groups;
  private final Quantization narrow;
  private final Quantization wide;
  private final Candidates candidates;
  private final FloatReference reference;
  private final Progress progress;

  /**
   * Quantizes the model with 4-bit and with 8-bit weights.
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
    narrow = quantize("quantize at 4 bits", Allocation.uniform(groups.size(), Allocation.NARROW));
    wide = quantize("quantize at 8 bits", Allocation.uniform(groups.size(), Allocation.WIDE));
    candidates = new Candidates(narrow.model(), wide.model());
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

  /** A model of these bits, put together from layers that are quantized. */
  QuantizedModel model(Allocation allocation) {
    return candidates.model(allocation);
  }

  /** Cycles an image on an architecture. */
  public Cost cycles(
      org.p2vit.rtl.Architecture architecture, org.p2vit.generator.cycles.MemoryTiming memory) {
    return new CycleCost(candidates::model, architecture, memory);
  }

  /**
   * How to search.
   *
   * @param budget what the result may cost
   * @param seed of all random numbers
   * @param evaluations most models to measure, those of an earlier run included
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
   * Searches.
   *
   * @param onnx for the sensitivities
   * @param unlabelled images to measure sensitivities with
   * @param images to measure candidates with
   */
  public Found run(Plan plan, Path onnx, ImageSource unlabelled, ImageSplit images) {
    plan.budget().checkFeasible(groups.size());
    Map<String, String> subject = new LinkedHashMap<>();
    subject.put("models", Fingerprint.of(narrow.model(), wide.model()));
    subject.put("images", images.fingerprint());
    try (Journal journal = Journal.open(plan.directory(), subject)) {
      Sensitivity sensitivity = sensitivity(plan.directory(), subject, onnx, unlabelled);
      Measurement measurement =
          Measurement.prepare(reference, images.search(), narrow.model(), progress);
      return new Run(plan, journal, sensitivity, measurement).search();
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

  /** One search. */
  private final class Run {
    private final Plan plan;
    private final Journal journal;
    private final Sensitivity sensitivity;
    private final Measurement measurement;
    private final LinearCost estimate;
    private int evaluations;

    Run(Plan plan, Journal journal, Sensitivity sensitivity, Measurement measurement) {
      this.plan = plan;
      this.journal = journal;
      this.sensitivity = sensitivity;
      this.measurement = measurement;
      progress.at("costs of groups", 0, 1);
      estimate = new LinearCost(plan.budget().cost(), groups.size());
      progress.at("costs of groups", 1, 1);
    }

    Found search() {
      List<Allocation> front = front();
      List<Allocation> coarse =
          coarse(plan.budget().limit(), plan.budget()::allows).stream().limit(SEEDED).toList();
      front.forEach(this::measure);
      coarse.forEach(this::measure);
      fine(coarse);
      List<Finalist> finalists = finalists(coarse.get(0)).stream().map(this::requantize).toList();
      Finalist best =
          finalists.stream().max(Comparator.comparing(Finalist::evaluation)).orElseThrow();
      double[] alone = new double[groups.size()];
      java.util.Arrays.setAll(alone, sensitivity::alone);
      return new Found(
          best.evaluation(),
          best.quantization(),
          List.copyOf(journal.all()),
          alone,
          measurement.floatRight());
    }

    /** The best by prediction at budgets from 4 bits everywhere to 8 bits everywhere. */
    private List<Allocation> front() {
      Set<Allocation> points = new LinkedHashSet<>();
      double least = estimate.of(Allocation.uniform(groups.size(), Allocation.NARROW));
      double most = estimate.of(Allocation.uniform(groups.size(), Allocation.WIDE));
      for (int i = 0; i <= FRONT_POINTS; i++) {
        double limit = least + (most - least) * i / FRONT_POINTS;
        points.add(coarse(limit, a -> true).get(0));
        progress.at("coarse search", i + 1, FRONT_POINTS + 1);
      }
      return List.copyOf(points);
    }

    /** Allocations within a limit by predicted loss, best first. */
    private List<Allocation> coarse(double limit, java.util.function.Predicate<Allocation> exact) {
      Map<Allocation, Double> predicted = new LinkedHashMap<>();
      // Rounding must not forbid what is exactly at the limit.
      double tolerant = limit * (1 + 1e-9);
      // The true cost, which may be slow, is asked of the best only.
      Repair repair = new Repair(sensitivity, estimate, tolerant, a -> true);
      Function<Allocation, Double> fitness =
          a -> -predicted.computeIfAbsent(a, sensitivity::predict);
      Evolution.run(
          plan.seed(),
          groups.size(),
          COARSE_POPULATION,
          COARSE_GENERATIONS,
          List.of(),
          repair,
          fitness,
          () -> false);
      List<Allocation> ranked =
          predicted.entrySet().stream()
              .sorted(Map.Entry.comparingByValue())
              .map(Map.Entry::getKey)
              .limit(5L * SEEDED)
              .filter(exact)
              .toList();
      return ranked.isEmpty()
          ? List.of(Allocation.uniform(groups.size(), Allocation.NARROW))
          : ranked;
    }

    private void fine(List<Allocation> start) {
      Repair repair =
          new Repair(
              sensitivity, estimate, plan.budget().limit() * (1 + 1e-9), plan.budget()::allows);
      int[] idle = {0, evaluations};
      Evolution.run(
          plan.seed(),
          groups.size(),
          POPULATION,
          GENERATIONS,
          start,
          repair,
          this::measure,
          () -> {
            idle[0] = evaluations == idle[1] ? idle[0] + 1 : 0;
            idle[1] = evaluations;
            return evaluations >= plan.evaluations() || idle[0] >= IDLE_GENERATIONS;
          });
    }

    private final Set<Allocation> counted = new LinkedHashSet<>();

    private Evaluation measure(Allocation allocation) {
      if (counted.add(allocation)) {
        evaluations++;
      }
      Evaluation known = journal.find(allocation, false);
      if (known != null) {
        return known;
      }
      Evaluation evaluation = evaluate(allocation, false, candidates.model(allocation));
      progress.at("measure", Math.min(evaluations, plan.evaluations()), plan.evaluations());
      return evaluation;
    }

    private Evaluation evaluate(Allocation allocation, boolean requantized, QuantizedModel model) {
      Measurement.Outcome outcome = measurement.of(model, GoldenBatch.Progress.NONE);
      Evaluation evaluation =
          new Evaluation(
              allocation, requantized, measurement.images(), outcome.count(), outcome.divergence());
      journal.add(evaluation);
      return evaluation;
    }

    /** The best by what was measured, by divergence alone, and by prediction. */
    private Set<Allocation> finalists(Allocation predicted) {
      List<Evaluation> within =
          counted.stream().filter(plan.budget()::allows).map(a -> journal.find(a, false)).toList();
      Set<Allocation> finalists = new LinkedHashSet<>();
      within.stream()
          .sorted(Comparator.reverseOrder())
          .limit(FINALISTS - 1)
          .forEach(e -> finalists.add(e.allocation()));
      within.stream()
          .min(Comparator.comparingDouble(Evaluation::divergence))
          .ifPresent(e -> finalists.add(e.allocation()));
      finalists.add(predicted);
      return finalists;
    }

    private record Finalist(Evaluation evaluation, Quantization quantization) {}

    private Finalist requantize(Allocation allocation) {
      Quantization quantization = quantize("quantize " + allocation.code(), allocation);
      Evaluation known = journal.find(allocation, true);
      return new Finalist(
          known != null ? known : evaluate(allocation, true, quantization.model()), quantization);
    }
  }

  /** Against the float model, on images that the search has not seen. */
  public Final measure(QuantizedModel model, ImageSource images) {
    Measurement measurement = Measurement.prepare(reference, images, model, progress);
    Measurement.Outcome outcome =
        measurement.of(model, (done, total) -> progress.at("golden model", done, total));
    Measurement.Drop drop = measurement.drop(outcome);
    return new Final(
        measurement.images(),
        measurement.floatRight(),
        outcome.count(),
        drop.points(),
        drop.error(),
        outcome.divergence());
  }

  /**
   * A final figure.
   *
   * @param images measured
   * @param floatRight right images of the float model
   * @param right of the integer model
   * @param drop percentage points lost
   * @param dropError its standard error
   * @param divergence mean, in nats
   */
  public record Final(
      int images, int floatRight, int right, double drop, double dropError, double divergence) {}

  @Override
  public void close() {
    reference.close();
  }
}
