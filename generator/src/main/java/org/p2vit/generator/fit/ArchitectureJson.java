package org.p2vit.generator.fit;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.p2vit.model.InputException;
import org.p2vit.rtl.Architecture;

/** {@code arch.json}: an {@link Architecture}, its fields by their names. */
public final class ArchitectureJson {
  private ArchitectureJson() {}

  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
          .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
          .enable(SerializationFeature.INDENT_OUTPUT)
          .build();

  /**
   * @throws InputException if the file cannot be read, is not JSON, lacks a field, has one that is
   *     not known, or if a value is out of its range
   */
  public static Architecture read(Path file) {
    try {
      return MAPPER.readValue(Files.readString(file), Architecture.class);
    } catch (JsonProcessingException e) {
      throw new InputException("architecture file " + file + ": " + reason(e), e);
    } catch (IOException e) {
      throw new InputException("cannot read the architecture file " + file + ": " + e, e);
    }
  }

  /**
   * @throws InputException if the file cannot be written
   */
  public static void write(Architecture architecture, Path file) {
    try {
      Files.writeString(file, toString(architecture));
    } catch (IOException e) {
      throw new InputException("cannot write the architecture file " + file + ": " + e, e);
    }
  }

  /** The text of the file. */
  public static String toString(Architecture architecture) {
    try {
      return MAPPER.writeValueAsString(architecture) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String reason(JsonProcessingException e) {
    // What the record's own check said, without Jackson's words around it.
    if (e.getCause() instanceof IllegalArgumentException cause) {
      return cause.getMessage();
    }
    String where = e.getLocation() == null ? "" : " (line " + e.getLocation().getLineNr() + ")";
    String message = e.getOriginalMessage();
    int aboutJackson = message.indexOf("; `DeserializationFeature");
    return (aboutJackson < 0 ? message : message.substring(0, aboutJackson)) + where;
  }
}
