package org.p2vit.synth.area;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;

/**
 * The reports that {@code circt-synth --analysis-output} writes for one module.
 *
 * @param luts truth tables
 * @param aigNodes and-inverter nodes
 * @param registers bits
 * @param levels of the longest path
 */
record ResourceUsage(long luts, long aigNodes, long registers, int levels) {

  static ResourceUsage read(Path directory) throws IOException {
    JsonNode local =
        Json.MAPPER.readTree(directory.resolve("resource_usage.json").toFile()).get(0).get("local");
    JsonNode paths = Json.MAPPER.readTree(directory.resolve("longest_path.json").toFile()).path(0);
    int levels = 0;
    for (JsonNode level : paths.path("timing_levels")) {
      levels = Math.max(levels, level.get("level").intValue());
    }
    return new ResourceUsage(
        local.path("comb.truth_table").longValue(),
        local.path("synth.aig.and_inv").longValue(),
        local.path("seq.firreg").longValue(),
        levels);
  }
}
