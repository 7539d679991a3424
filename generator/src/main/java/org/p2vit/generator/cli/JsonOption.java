package org.p2vit.generator.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.nio.file.Path;
import java.util.Map;
import org.p2vit.model.io.AtomicFiles;
import picocli.CommandLine.Option;

/** {@code --json FILE}: the command's result for machines. */
final class JsonOption {
  private static final ObjectMapper MAPPER =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "Write the result as JSON to FILE as well.")
  private Path file;

  void write(Object result) {
    if (file != null) {
      write(result, file);
    }
  }

  /** Writes all or nothing: an interrupted run leaves no half-written file. */
  static void write(Object result, Path file) {
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
