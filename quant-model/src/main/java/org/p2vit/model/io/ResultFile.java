package org.p2vit.model.io;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** Records as JSON that a run leaves for the next one. */
public final class ResultFile {
  private static final JsonMapper MAPPER = new JsonMapper();

  private ResultFile() {}

  /** Empty if there is none, or if it is of another version of p2vit or damaged. */
  public static <T> Optional<T> read(Class<T> type, Path file) {
    try {
      return Files.exists(file)
          ? Optional.of(MAPPER.readValue(file.toFile(), type))
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** All or nothing. */
  public static void write(Object result, Path file) {
    Path target = file.toAbsolutePath();
    try {
      AtomicFiles.write(
          target.getParent(),
          Map.of(target.getFileName().toString(), MAPPER.writeValueAsBytes(result)));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
