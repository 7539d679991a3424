package org.p2vit.generator.sweep;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.p2vit.generator.energy.EnergyCosts;
import org.p2vit.model.QuantizedModel;
import org.p2vit.model.RandomModels;
import org.p2vit.model.VitShape;

/** A sweep from its space to the page that a browser shows. */
class SweepReportTest {
  private static final Path CHROMIUM = Path.of("/usr/bin/chromium");
  private static final VitShape SHAPE = new VitShape(1, 28, 28, 7, 64, 2, 4, 128, 10);

  @TempDir Path directory;
  private Map<String, QuantizedModel> models;
  private Sweep sweep;

  @BeforeEach
  void sweep() throws IOException {
    QuantizedModel model = RandomModels.model(1, SHAPE, RandomModels.WeightBits.W8);
    models = Map.of("small", model);
    sweep =
        TestSweeps.predict(
            directory,
            "{\"macs\": [64, 128], \"scoreSlots\": [2, 8], \"weightTiles\": [2, 4]}",
            models);
  }

  /** Points with results, but for one that failed. */
  private Sweep measured() {
    List<Measurement> results = new ArrayList<>();
    for (String id : sweep.front()) {
      results.add(
          results.isEmpty()
              ? Measurement.failed(id, "</script> & co")
              : new Measurement(
                  id, 1000, true, 5, Map.of("LOAD", 500L), 2000, 8, Map.of("softmax", 7L), null));
    }
    return new Sweep(sweep.predicted(), sweep.refused(), sweep.front(), results);
  }

  @Test
  void theFrontIsOfThePointsThatWerePredicted() {
    assertTrue(sweep.predicted().size() >= 8, sweep.predicted().size() + " points");
    List<String> ids = sweep.predicted().stream().map(PredictedPoint::id).toList();
    assertEquals(ids.size(), ids.stream().distinct().count());
    assertTrue(ids.containsAll(sweep.front()));
    for (PredictedPoint p : sweep.predicted()) {
      assertTrue(p.utilization() > 0 && p.utilization() <= 1, p.toString());
      assertTrue(p.luts() > 0 && p.microjoules() > 0, p.toString());
    }
  }

  @Test
  void aBrowserShowsFrontAndPoint() throws IOException, InterruptedException {
    assumeTrue(Files.exists(CHROMIUM), "no chromium: apt-get install chromium");
    Sweep measured = measured();
    assertTrue(measured.front().size() > 1, measured.front().toString());
    Path page =
        SweepReport.write(
            measured,
            List.of(Objective.CYCLES, Objective.LUTS),
            models,
            EnergyCosts.standard(),
            directory);
    String overview = dom(page.toUri().toString());
    String counts =
        "%,d designs predicted, %d on the front, %d built"
            .formatted(
                measured.predicted().size(), measured.front().size(), measured.front().size() - 1);
    assertTrue(overview.contains(counts), counts);
    assertTrue(overview.contains("&lt;/script&gt; &amp; co"), "the failure is in the table");
    assertTrue(overview.contains("<canvas"), "plots are drawn");
    String id = measured.front().get(1);
    String point = dom(page.toUri() + "#point-" + id);
    assertTrue(point.contains("LUTs, synthesized"), "the point's page is shown");
  }

  /** What the page is after its scripts ran; no script may fail. */
  private String dom(String url) throws IOException, InterruptedException {
    Path out = directory.resolve("dom.html");
    Path log = directory.resolve("chromium.log");
    Process chromium =
        new ProcessBuilder(
                CHROMIUM.toString(),
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--user-data-dir=" + directory.resolve("chromium"),
                "--enable-logging=stderr",
                "--dump-dom",
                url)
            .redirectOutput(out.toFile())
            .redirectError(log.toFile())
            .start();
    assertEquals(0, chromium.waitFor(), () -> read(log));
    assertFalse(read(log).contains("CONSOLE"), () -> read(log));
    return read(out);
  }

  private static String read(Path file) {
    try {
      return Files.readString(file, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
