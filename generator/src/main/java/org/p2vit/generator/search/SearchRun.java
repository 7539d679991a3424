package org.p2vit.generator.search;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.BooleanSupplier;
import org.p2vit.generator.search.MixedPrecisionSearch.Found;
import org.p2vit.generator.search.MixedPrecisionSearch.Plan;
import org.p2vit.golden.GoldenBatch;
import org.p2vit.model.QuantizedModel;
import org.p2vit.quantize.Progress;
import org.p2vit.quantize.Quantization;

/**
 * One search: coarse, then fine, then the best few quantized for their bits. What it does depends
 * on the plan alone; evaluations that the journal has are taken from there.
 */
final class SearchRun {
  private static final int COARSE_POPULATION = 100;
  private static final int COARSE_GENERATIONS = 100;
  private static final int POPULATION = 20;

  /** By prediction, the best that individuals of the first generation are taken from. */
  private static final int PREDICTED = 3000;

  /** Groups in which these differ at least, lest they be variants of one. */
  private static final int DISTANCE = 4;

  /** Budgets, all layers at 4 bits to all at 8, of which the best prediction is measured. */
  private static final int FRONT_POINTS = 10;

  private static final int GENERATIONS = 1000;

  /** Generations without an evaluation after which nothing new is expected. */
  private static final int IDLE_GENERATIONS = 20;

  /** Rounding must not forbid what is exactly at the limit. */
  private static final double TOLERANCE = 1e-9;

  /** Share by which estimated cycles may be too high. */
  private static final double ESTIMATE_ERROR = 0.03;

  /** Models that are quantized for their bits because they measured best. */
  private static final int BEST_MEASURED = 2;

  private final Plan plan;
  private final List<LayerGroup> groups;
  private final Candidates candidates;
  private final BiFunction<String, Allocation, Quantization> quantizer;
  private final Journal journal;
  private final Sensitivity sensitivity;
  private final Measurement measurement;
  private final Progress progress;
  private final LinearCost estimate;

  /** Those that this search has asked for. */
  private final Map<Allocation, Evaluation> measured = new LinkedHashMap<>();

  /**
   * @param quantizer quantizes for given bits; gets a name of this step too
   */
  SearchRun(
      Plan plan,
      List<LayerGroup> groups,
      Candidates candidates,
      BiFunction<String, Allocation, Quantization> quantizer,
      Journal journal,
      Sensitivity sensitivity,
      Measurement measurement,
      Progress progress) {
    this.plan = plan;
    this.groups = groups;
    this.candidates = candidates;
    this.quantizer = quantizer;
    this.journal = journal;
    this.sensitivity = sensitivity;
    this.measurement = measurement;
    this.progress = progress;
    progress.at("costs of layers", 0, 1);
    estimate = new LinearCost(plan.budget().cost(), groups.size());
    progress.at("costs of layers", 1, 1);
  }

  Found found() {
    Set<Allocation> front = front();
    List<Allocation> coarse = firstGeneration(coarse(plan.budget().limit()));
    measure(coarse.get(0));
    front.forEach(this::measure);
    fine(coarse);
    List<Finalist> finalists = new ArrayList<>();
    for (Allocation allocation : finalists(coarse.get(0))) {
      // A number each, so that each is a step of its own for whoever shows progress.
      finalists.add(requantized("quantize finalist " + (finalists.size() + 1), allocation));
    }
    Finalist best = Collections.max(finalists, Comparator.comparing(Finalist::evaluation));
    double[] alone = new double[groups.size()];
    Arrays.setAll(alone, sensitivity::alone);
    return new Found(
        best.evaluation(),
        best.quantization(),
        List.copyOf(measured.values()),
        alone,
        measurement.floatRight());
  }

  /** The best by prediction at budgets from 4 bits everywhere to 8 bits everywhere. */
  private Set<Allocation> front() {
    Set<Allocation> points = new LinkedHashSet<>();
    double least = estimate.of(Allocation.uniform(groups.size(), Allocation.NARROW));
    double most = estimate.of(Allocation.uniform(groups.size(), Allocation.WIDE));
    for (int i = 0; i <= FRONT_POINTS; i++) {
      double limit = least + (most - least) * i / FRONT_POINTS;
      points.add(coarse(limit).get(0));
      progress.at("coarse search", i + 1, FRONT_POINTS + 1);
    }
    return points;
  }

  /** Allocations by predicted loss, best first, within a limit of the estimated cost. */
  private List<Allocation> coarse(double limit) {
    Map<Allocation, Double> predicted = new LinkedHashMap<>();
    Evolution.run(
        plan.seed(),
        groups.size(),
        COARSE_POPULATION,
        COARSE_GENERATIONS,
        List.of(),
        new Repair(sensitivity, estimate, limit * (1 + TOLERANCE), a -> true),
        a -> -predicted.computeIfAbsent(a, sensitivity::predict),
        () -> false);
    return predicted.entrySet().stream()
        .sorted(Map.Entry.comparingByValue())
        .map(Map.Entry::getKey)
        .limit(PREDICTED)
        .toList();
  }

  /**
   * The first generation of the fine search, within the true budget: the best by prediction that
   * differ, and 8 bits in layers of one kind, as far as they go.
   *
   * @return the best by prediction first
   */
  private List<Allocation> firstGeneration(List<Allocation> ranked) {
    List<Allocation> chosen = new ArrayList<>();
    Repair repair = repair();
    Random random = new Random(plan.seed());
    chosen.add(repair.apply(ranked.get(0), random));
    for (Allocation a : LayerGroup.widenedByKind(groups)) {
      Allocation repaired = repair.apply(a, random);
      if (isFar(repaired, chosen, 1)) {
        chosen.add(repaired);
      }
    }
    for (int distance = DISTANCE; distance > 0 && chosen.size() < POPULATION; distance--) {
      for (Allocation a : ranked) {
        if (chosen.size() < POPULATION && isFar(a, chosen, distance)) {
          Allocation repaired = repair.apply(a, random);
          if (isFar(repaired, chosen, distance)) {
            chosen.add(repaired);
          }
        }
      }
    }
    return chosen;
  }

  private static boolean isFar(Allocation a, List<Allocation> others, int distance) {
    return others.stream().allMatch(o -> a.distance(o) >= distance);
  }

  /** To the true budget; what the estimate puts a little above it may be within. */
  private Repair repair() {
    double limit = plan.budget().limit() * (1 + ESTIMATE_ERROR);
    return new Repair(sensitivity, estimate, limit, plan.budget()::allows);
  }

  private void fine(List<Allocation> start) {
    Evolution.run(
        plan.seed(),
        groups.size(),
        POPULATION,
        GENERATIONS,
        start,
        repair(),
        this::measure,
        new BooleanSupplier() {
          private int before = -1;
          private int idle;

          @Override
          public boolean getAsBoolean() {
            idle = measured.size() == before ? idle + 1 : 0;
            before = measured.size();
            return measured.size() >= plan.evaluations() || idle >= IDLE_GENERATIONS;
          }
        });
  }

  private Evaluation measure(Allocation allocation) {
    Evaluation evaluation = measured.get(allocation);
    if (evaluation == null) {
      evaluation = journal.find(allocation, false);
      boolean known = evaluation != null;
      if (!known) {
        evaluation = evaluate(allocation, false, candidates.model(allocation));
      }
      measured.put(allocation, evaluation);
      if (!known) {
        int total = Math.max(plan.evaluations(), measured.size());
        progress.at("measure", measured.size(), total);
      }
    }
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

  /** The best by what was measured, the one most often right, and the best by prediction. */
  private Set<Allocation> finalists(Allocation predicted) {
    List<Evaluation> within =
        measured.values().stream().filter(e -> plan.budget().allows(e.allocation())).toList();
    Set<Allocation> finalists = new LinkedHashSet<>();
    within.stream()
        .sorted(Comparator.reverseOrder())
        .limit(BEST_MEASURED)
        .forEach(e -> finalists.add(e.allocation()));
    within.stream()
        .max(Comparator.comparingInt(Evaluation::right).thenComparing(Comparator.naturalOrder()))
        .ifPresent(e -> finalists.add(e.allocation()));
    finalists.add(predicted);
    return finalists;
  }

  private record Finalist(Evaluation evaluation, Quantization quantization) {}

  private Finalist requantized(String step, Allocation allocation) {
    Quantization quantization = quantizer.apply(step, allocation);
    Evaluation known = journal.find(allocation, true);
    return new Finalist(
        known != null ? known : evaluate(allocation, true, quantization.model()), quantization);
  }
}
