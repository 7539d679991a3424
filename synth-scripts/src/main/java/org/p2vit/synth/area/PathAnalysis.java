package org.p2vit.synth.area;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.p2vit.model.io.FileErrors;
import org.p2vit.model.io.Scratch;
import org.p2vit.synth.ResultCache;
import org.p2vit.synth.circt.CirctTools;
import org.p2vit.synth.circt.HwDesign;
import org.p2vit.synth.circt.HwModule;

/** CIRCT's longest paths through a mapped design, across its hierarchy. */
final class PathAnalysis {
  private static final String FORMAT = "paths 1";
  private static final Duration AT_MOST = Duration.ofMinutes(20);

  private final CirctTools tools;
  private final ResultCache cache;

  PathAnalysis(CirctTools tools, ResultCache cache) {
    this.tools = tools;
    this.cache = cache;
  }

  /**
   * The longest path that ends in each part; a part where none ends is not in the map.
   *
   * @param modules all of a design, mapped
   */
  Map<DesignPart, CriticalPath> longest(Collection<HwModule> modules, String top) {
    String text = HwDesign.text(modules, top);
    String key = ResultCache.key(FORMAT, tools.version(), text);
    Optional<Map<DesignPart, CriticalPath>> kept = cache.get(key).flatMap(PathAnalysis::parse);
    if (kept.isPresent()) {
      return kept.get();
    }
    try (Scratch scratch = Scratch.in(cache.directory(), "work-")) {
      Path input = Files.writeString(scratch.directory().resolve("linked.mlir"), text);
      Path report = scratch.directory().resolve("paths.json");
      Path log = cache.log(key);
      String pass =
          "builtin.module(synth-print-longest-path-analysis{emit-json=true show-top-k-percent=100"
              + (" top-module-name=" + top + " output-file=" + report + "})");
      List<String> arguments =
          List.of(input.toString(), "--pass-pipeline=" + pass, "-o", "/dev/null");
      tools.opt().run(arguments, scratch.directory(), log, AT_MOST);
      Files.deleteIfExists(log);
      Map<DesignPart, CriticalPath> longest = read(report, top);
      cache.put(key, Json.MAPPER.writeValueAsString(longest));
      return longest;
    } catch (IOException e) {
      throw FileErrors.cannot("write", cache.directory(), e);
    }
  }

  /** The report has every end point of the design: it is read piece by piece. */
  private static Map<DesignPart, CriticalPath> read(Path report, String top) throws IOException {
    Map<DesignPart, CriticalPath> longest = new EnumMap<>(DesignPart.class);
    try (JsonParser json = Json.MAPPER.createParser(report.toFile())) {
      while (json.nextToken() != null) {
        if (json.currentToken() == JsonToken.FIELD_NAME && json.currentName().equals("top_paths")) {
          json.nextToken();
          while (json.nextToken() == JsonToken.START_OBJECT) {
            add(json.readValueAsTree(), top, longest);
          }
        }
      }
    }
    return longest;
  }

  private static void add(JsonNode entry, String top, Map<DesignPart, CriticalPath> longest) {
    JsonNode end = entry.get("end_point");
    DesignPart part = DesignPart.of(top, DesignPart.BUFFERS);
    for (JsonNode instance : end.get("instance_path")) {
      part = DesignPart.of(instance.get("module_name").textValue(), part);
    }
    int levels = entry.get("path").get("delay").intValue();
    CriticalPath known = longest.get(part);
    if (known == null || levels > known.levels()) {
      JsonNode start = entry.get("path").get("start_point");
      longest.put(part, new CriticalPath(levels, name(start), name(end)));
    }
  }

  private static String name(JsonNode point) {
    StringBuilder name = new StringBuilder();
    for (JsonNode instance : point.get("instance_path")) {
      name.append(instance.get("instance_name").textValue()).append('/');
    }
    return name.append(point.get("name").textValue())
        .append('[')
        .append(point.get("bit_pos").intValue())
        .append(']')
        .toString();
  }

  private static Optional<Map<DesignPart, CriticalPath>> parse(String json) {
    try {
      return Optional.of(Json.MAPPER.readValue(json, new TypeReference<>() {}));
    } catch (JsonProcessingException e) {
      return Optional.empty(); // damaged: made anew
    }
  }
}
