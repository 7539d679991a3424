package org.p2vit.generator.sweep;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.p2vit.model.QuantizedModel;
import org.p2vit.model.RandomModels;
import org.p2vit.model.VitShape;
import org.p2vit.model.io.ModelFiles;
import org.p2vit.quantize.Progress;

/** What a sweep does with results and failures of its points. */
class SweepTest {
  private static final VitShape SHAPE = new VitShape(1, 4, 4, 2, 8, 1, 1, 16, 3);

  @TempDir Path directory;
  private Map<String, Path> models;
  private Sweep sweep;

  @BeforeEach
  void predict() throws IOException {
    QuantizedModel model = RandomModels.model(1, SHAPE, RandomModels.WeightBits.W8);
    Path file = directory.resolve("model");
    ModelFiles.write(model, file);
    models = Map.of("tiny", file);
    sweep =
        TestSweeps.predict(
            directory, "{\"macs\": [16, 32, 64], \"axiBits\": [32]}", Map.of("tiny", model));
    assertTrue(sweep.front().size() > 1, sweep.front().toString());
  }

  private static Measurement result(Path point, String error) {
    String id = point.getFileName().toString();
    return error == null
        ? new Measurement(id, 9, true, 1, Map.of(), 5, 0, Map.of(), null)
        : Measurement.failed(id, error);
  }

  /** Writes down which points it is asked for. */
  private static Executor measuresAll(List<Path> asked) {
    return (points, progress) -> {
      asked.addAll(points);
      points.forEach(p -> result(p, null).write(p));
    };
  }

  @Test
  void pointsWithAResultAreNotMeasuredAgainButFailedOnesAre() {
    List<Path> asked = new ArrayList<>();
    Executor firstFails =
        (points, progress) -> {
          asked.addAll(points);
          for (Path p : points) {
            result(p, p.equals(points.get(0)) ? "broken" : null).write(p);
          }
        };
    Sweep first = sweep.measure(models, directory, firstFails, Progress.NONE);
    assertEquals(sweep.front().size(), asked.size());
    assertEquals("broken", first.measurements().get(0).error());
    assertTrue(first.measurements().get(1).done());

    asked.clear();
    Sweep second = sweep.measure(models, directory, measuresAll(asked), Progress.NONE);
    assertEquals(1, asked.size());
    assertTrue(second.measurements().stream().allMatch(Measurement::done));
  }

  @Test
  void resultsOfAnotherModelOfTheSameNameAreForgotten() {
    List<Path> asked = new ArrayList<>();
    sweep.measure(models, directory, measuresAll(asked), Progress.NONE);
    ModelFiles.write(RandomModels.model(2, SHAPE, RandomModels.WeightBits.W8), models.get("tiny"));
    asked.clear();
    sweep.measure(models, directory, measuresAll(asked), Progress.NONE);
    assertEquals(sweep.front().size(), asked.size());
  }

  @Test
  void resultsOfAnotherBuildAreForgotten() {
    Path point = directory.resolve("points/x");
    SweepPoint of = sweep.predicted().get(0).point();
    PointJob now = new PointJob("tiny", "of the model", ProgramIdentity.sha256(), of);
    new PointJob("tiny", "of the model", "of another", of).put(point);
    result(point, null).write(point);
    now.put(point);
    assertTrue(Measurement.read(point).isEmpty());

    result(point, null).write(point);
    now.put(point);
    assertTrue(Measurement.read(point).isPresent());
  }

  @Test
  void aPointThatCannotBeMeasuredSaysWhyAndLeavesALog() throws IOException {
    Path point = Files.createDirectories(directory.resolve("points/x"));
    SweepPoint of = sweep.predicted().get(0).point();
    new PointJob(directory.resolve("nowhere").toString(), "", "", of).put(point);
    Measurement m = PointMeasurer.measure(point);
    assertFalse(m.done());
    assertTrue(m.error().contains("nowhere"), m.error());
    assertTrue(m.error().contains("error.log"), m.error());
    assertTrue(Files.readString(point.resolve("error.log")).contains("InputException"));
    assertEquals(m, Measurement.read(point).orElseThrow());
  }
}
