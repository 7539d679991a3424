package org.p2vit.generator.sweep;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.p2vit.model.io.FileErrors;
import org.p2vit.model.io.ResultFile;

/**
 * What building, simulating and synthesizing a point gave.
 *
 * @param id of the point
 * @param cycles an image, in RTL
 * @param exact whether every tensor equals the golden model's
 * @param elements compared
 * @param busy cycles in which each chunk worked, by its name
 * @param luts 6-input LUTs after synthesis, multipliers included
 * @param dspSlices that would hold the multipliers instead
 * @param lutsByPart of the design
 * @param error why it could not be measured; null if it was
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Measurement(
    String id,
    long cycles,
    boolean exact,
    long elements,
    Map<String, Long> busy,
    long luts,
    long dspSlices,
    Map<String, Long> lutsByPart,
    String error) {
  static final String FILE = "measurement.json";

  static Measurement failed(String id, String error) {
    return new Measurement(id, 0, false, 0, Map.of(), 0, 0, Map.of(), error);
  }

  /** Whether there is a result. */
  public boolean done() {
    return error == null;
  }

  /** From a point's folder; empty if it holds none, and it has to be measured. */
  static Optional<Measurement> read(Path directory) {
    return ResultFile.read(Measurement.class, directory.resolve(FILE));
  }

  /** Deletes a point's result, if there is one. */
  static void forget(Path directory) {
    try {
      Files.deleteIfExists(directory.resolve(FILE));
    } catch (IOException e) {
      throw FileErrors.cannot("delete", directory.resolve(FILE), e);
    }
  }

  void write(Path directory) {
    ResultFile.write(this, directory.resolve(FILE));
  }
}
