package org.p2vit.generator.sweep;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import org.p2vit.generator.compile.ModelTraits;
import org.p2vit.generator.energy.EnergyCosts;
import org.p2vit.model.QuantizedModel;
import org.p2vit.model.io.ModelFiles;
import org.p2vit.quantize.Progress;
import org.p2vit.rtl.Architecture;

/**
 * Predicts all points of a space, finds the Pareto front, and has the front measured.
 *
 * @param predicted all points
 * @param refused how many points were not possible, by reason
 * @param front ids of those that no other point beats
 * @param measurements of the front's points, in its order; empty if it was not asked for
 */
public record Sweep(
    List<PredictedPoint> predicted,
    Map<String, Integer> refused,
    List<String> front,
    List<Measurement> measurements) {
  private static final String POINTS = "points";

  /**
   * Predicts.
   *
   * @param models by the names that points call them by
   * @param objectives that make the front
   * @throws org.p2vit.model.InputException if nothing in the space is possible
   */
  public static Sweep predict(
      SweepSpace space,
      Map<String, QuantizedModel> models,
      List<Objective> objectives,
      EnergyCosts costs,
      Progress progress) {
    Set<SweepPoint> points = new LinkedHashSet<>();
    Map<String, Integer> refused = new LinkedHashMap<>();
    models.forEach(
        (name, model) -> {
          DesignGrid grid = DesignGrid.of(space, ModelTraits.of(model));
          grid.refused().forEach((reason, n) -> refused.merge(reason, n, Integer::sum));
          for (int latency : space.latency()) {
            for (Architecture arch : grid.architectures()) {
              points.add(new SweepPoint(name, arch, latency));
            }
          }
        });
    Predictor predictor = new Predictor(models, costs);
    List<PredictedPoint> predicted = predictor.predict(List.copyOf(points), progress);
    predictor.refused().forEach((reason, n) -> refused.merge(reason, n, Integer::sum));
    List<ToDoubleFunction<? super PredictedPoint>> minimized = new ArrayList<>(objectives);
    List<String> front =
        ParetoFront.of(predicted, minimized).stream().map(PredictedPoint::id).toList();
    return new Sweep(predicted, refused, front, List.of());
  }

  /** Of a point, in a sweep's directory. */
  static Path folder(Path directory, String id) {
    return directory.resolve(POINTS).resolve(id);
  }

  /**
   * Measures the front's points; those that the folder has results of are not measured again.
   *
   * @param models their files, for whoever measures
   * @param directory gets {@code points/ID} for each
   */
  public Sweep measure(
      Map<String, Path> models, Path directory, Executor executor, Progress progress) {
    Map<String, PredictedPoint> byId = new LinkedHashMap<>();
    predicted.forEach(p -> byId.put(p.id(), p));
    List<Path> folders = new ArrayList<>();
    String program = ProgramIdentity.sha256();
    Map<String, String> contents = new HashMap<>();
    for (String id : front) {
      SweepPoint point = byId.get(id).point();
      Path folder = folder(directory, id);
      Path model = models.get(point.model()).toAbsolutePath();
      String content = contents.computeIfAbsent(point.model(), name -> ModelFiles.sha256(model));
      new PointJob(model.toString(), content, program, point).put(folder);
      folders.add(folder);
    }
    executor.run(
        folders.stream()
            .filter(f -> Measurement.read(f).filter(Measurement::done).isEmpty())
            .toList(),
        progress);
    List<Measurement> results = new ArrayList<>();
    for (Path folder : folders) {
      String id = folder.getFileName().toString();
      results.add(
          Measurement.read(folder).orElseGet(() -> Measurement.failed(id, "no result came back")));
    }
    return new Sweep(predicted, refused, front, List.copyOf(results));
  }
}
