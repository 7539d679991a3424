package org.p2vit.generator.fit;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.p2vit.model.InputException;
import org.p2vit.model.io.FileErrors;
import org.p2vit.model.io.SettingsFile;
import org.p2vit.rtl.Architecture;

/**
 * {@code arch.json}: an {@link Architecture}, its fields by their names; without {@code economy} it
 * is {@link Architecture.Economy#NONE}.
 */
public final class ArchitectureJson {
  private ArchitectureJson() {}

  private static final SettingsFile<Architecture> FORMAT =
      SettingsFile.complete(Architecture.class, "architecture file")
          .withDefault("economy", Architecture.Economy.NONE);

  private static final ObjectWriter WRITER = new JsonMapper().writerWithDefaultPrettyPrinter();

  /**
   * @throws InputException if the file cannot be read, is not JSON, lacks a field, has one that is
   *     not known, or if a value is out of its range
   */
  public static Architecture read(Path file) {
    return FORMAT.read(file);
  }

  /**
   * @throws InputException if the file cannot be written
   */
  public static void write(Architecture architecture, Path file) {
    try {
      Files.writeString(file, toString(architecture));
    } catch (IOException e) {
      throw FileErrors.cannot("write", file, e);
    }
  }

  /** The text of the file. */
  public static String toString(Architecture architecture) {
    try {
      return WRITER.writeValueAsString(architecture) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
