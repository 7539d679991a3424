package org.p2vit.generator.search;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.p2vit.model.io.AtomicFiles;

/** {@code sensitivity.json}: what an interrupted search need not measure again. */
final class SensitivityFile {
  static final String FILE = "sensitivity.json";
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final Path directory;
  private final Map<String, String> subject;

  /**
   * @param subject what it was measured of
   */
  SensitivityFile(Path directory, Map<String, String> subject) {
    this.directory = directory;
    this.subject = subject;
  }

  /** Null if there is none of these models. */
  Sensitivity read(int groups) {
    try {
      JsonNode root = MAPPER.readTree(Files.readAllBytes(directory.resolve(FILE)));
      double[][] matrix = MAPPER.treeToValue(root.path("matrix"), double[][].class);
      boolean same = MAPPER.valueToTree(subject).equals(root.path("of"));
      return same && matrix != null && matrix.length == groups ? new Sensitivity(matrix) : null;
    } catch (IOException e) {
      // Not there, or not readable: it is measured again and replaced.
      return null;
    }
  }

  void write(List<LayerGroup> groups, Sensitivity sensitivity) {
    ObjectNode root = MAPPER.createObjectNode();
    root.set("of", MAPPER.valueToTree(subject));
    ArrayNode names = root.putArray("groups");
    groups.forEach(g -> names.add(g.name()));
    root.set("matrix", MAPPER.valueToTree(sensitivity.matrix()));
    AtomicFiles.write(directory, Map.of(FILE, root.toString().getBytes(StandardCharsets.UTF_8)));
  }
}
