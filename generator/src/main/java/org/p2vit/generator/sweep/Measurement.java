package org.p2vit.generator.sweep;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.p2vit.model.InputException;
import org.p2vit.model.io.AtomicFiles;

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
  private static final JsonMapper MAPPER = new JsonMapper();

  static Measurement failed(String id, String error) {
    return new Measurement(id, 0, false, 0, Map.of(), 0, 0, Map.of(), error);
  }

  /** Whether there is a result. */
  public boolean done() {
    return error == null;
  }

  /** From a point's folder; empty if it holds none. */
  static Optional<Measurement> read(Path directory) {
    Path file = directory.resolve(FILE);
    try {
      return Files.exists(file)
          ? Optional.of(MAPPER.readValue(file.toFile(), Measurement.class))
          : Optional.empty();
    } catch (IOException e) {
      // Of another version of p2vit, or damaged: measured again.
      return Optional.empty();
    }
  }

  /** Deletes a point's result, if there is one. */
  static void forget(Path directory) {
    try {
      Files.deleteIfExists(directory.resolve(FILE));
    } catch (IOException e) {
      throw new InputException("cannot delete " + directory.resolve(FILE) + ": " + e, e);
    }
  }

  void write(Path directory) {
    try {
      AtomicFiles.write(directory, Map.of(FILE, MAPPER.writeValueAsBytes(this)));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
