package org.p2vit.generator.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import picocli.CommandLine.Option;

/** {@code --json FILE}: the command's result for machines. */
final class JsonOption {
  private static final ObjectMapper MAPPER =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  @Option(names = "--json", paramLabel = "FILE", description = "Write the result as JSON to FILE as well.")
  private Path file;

  void write(Object result) throws IOException {
    if (file != null) {
      write(result, file);
    }
  }

  /** Writes all or nothing: an interrupted run leaves no half-written file. */
  static void write(Object result, Path file) throws IOException {
    Path target = file.toAbsolutePath();
    Files.createDirectories(target.getParent());
    Path temporary = Files.createTempFile(target.getParent(), target.getFileName().toString(), ".tmp");
    try {
      Files.write(temporary, MAPPER.writeValueAsBytes(result));
      Files.move(temporary, target, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(temporary);
    }
  }
}
