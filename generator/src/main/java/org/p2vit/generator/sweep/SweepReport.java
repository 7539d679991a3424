package org.p2vit.generator.sweep;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.p2vit.generator.energy.EnergyCosts;
import org.p2vit.model.QuantizedModel;
import org.p2vit.model.io.AtomicFiles;
import org.p2vit.model.io.FileErrors;

/**
 * A sweep as one HTML file that needs nothing else: the front, what was predicted beside what was
 * measured, and a page for each point of the front. Plots are drawn by Apache ECharts.
 */
public final class SweepReport {
  private static final String FILE = "report.html";
  private static final String CHARTS =
      "/META-INF/resources/webjars/echarts/5.3.1/dist/echarts.common.min.js";

  /** What is closed by the text of a script must not occur in it. */
  private static final String SCRIPT_END = "</";

  private static final JsonMapper MAPPER = new JsonMapper();

  private SweepReport() {}

  /** All that the page shows. */
  private record Content(
      List<Objective> objectives,
      List<PredictedPoint> points,
      List<String> front,
      List<Measurement> measurements,
      List<PointDetails> details,
      Map<String, String> timelines) {}

  /**
   * @param models by the names that points call them by
   * @param directory of the sweep; gets {@code report.html}
   * @return the file
   */
  public static Path write(
      Sweep sweep,
      List<Objective> objectives,
      Map<String, QuantizedModel> models,
      EnergyCosts costs,
      Path directory) {
    Map<String, PredictedPoint> byId = new LinkedHashMap<>();
    sweep.predicted().forEach(p -> byId.put(p.id(), p));
    List<PointDetails> details = new ArrayList<>();
    Map<String, String> timelines = new LinkedHashMap<>();
    for (String id : sweep.front()) {
      PredictedPoint p = byId.get(id);
      details.add(PointDetails.of(p, models.get(p.point().model()), costs));
      Path timeline = Sweep.folder(directory, id).resolve(PointMeasurer.TIMELINE);
      if (Files.exists(timeline)) {
        timelines.put(id, text(timeline));
      }
    }
    Content content =
        new Content(
            objectives, sweep.predicted(), sweep.front(), sweep.measurements(), details, timelines);
    String html =
        resource("report.html")
            .replace("/*STYLE*/", resource("report.css"))
            .replace("/*CHARTS*/", resource(CHARTS))
            .replace("/*PAGE*/", resource("report.js"))
            .replace("/*DATA*/", json(content));
    AtomicFiles.write(directory, Map.of(FILE, html.getBytes(StandardCharsets.UTF_8)));
    return directory.resolve(FILE);
  }

  private static String json(Content content) {
    try {
      return MAPPER.writeValueAsString(content).replace(SCRIPT_END, "<\\/");
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw FileErrors.cannot("read", file, e);
    }
  }

  private static String resource(String name) {
    try (InputStream in = SweepReport.class.getResourceAsStream(name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
