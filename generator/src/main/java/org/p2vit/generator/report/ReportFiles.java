package org.p2vit.generator.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.p2vit.model.io.AtomicFiles;

/** {@code report.json} for machines and {@code report.html} for people, in one folder. */
public final class ReportFiles {
  public static final String JSON = "report.json";
  public static final String HTML = "report.html";

  private static final ObjectMapper MAPPER =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  private ReportFiles() {}

  /** Writes both; nothing half-written is left behind. */
  public static void write(QuantizationReport report, Path directory) {
    Map<String, byte[]> files = new LinkedHashMap<>();
    try {
      files.put(JSON, MAPPER.writeValueAsBytes(report));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
    files.put(HTML, ReportHtml.of(report).getBytes(StandardCharsets.UTF_8));
    AtomicFiles.write(directory, files);
  }
}
