package org.p2vit.model.io;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.p2vit.model.InputException;

/**
 * JSON that people write, as a record whose components are the fields. Read strictly: a field that
 * is not known or given twice, a fraction for a whole number and text for a number are errors.
 *
 * @param <T> the record; what its constructor refuses with an {@link IllegalArgumentException} is
 *     reported with that reason
 */
public final class SettingsFile<T> {
  private static final JsonMapper SOME =
      JsonMapper.builder()
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
          .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
          .build();

  private static final JsonMapper ALL =
      SOME.rebuild()
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .build();

  /** What Jackson tells its programmers about its settings. */
  private static final Pattern ABOUT_JACKSON =
      Pattern.compile("; `DeserializationFeature.*| \\(but could if coercion.*", Pattern.DOTALL);

  private final Class<T> type;
  private final String name;
  private final JsonMapper mapper;

  /** Of fields that can be left out. */
  private final Map<String, JsonNode> defaults;

  private SettingsFile(
      Class<T> type, String name, JsonMapper mapper, Map<String, JsonNode> defaults) {
    this.type = type;
    this.name = name;
    this.mapper = mapper;
    this.defaults = defaults;
  }

  /**
   * All fields must be there.
   *
   * @param name what the file is, for messages: {@code architecture file}
   */
  public static <T> SettingsFile<T> complete(Class<T> type, String name) {
    return new SettingsFile<>(type, name, ALL, Map.of());
  }

  /** Fields can be left out; the record gets null. */
  public static <T> SettingsFile<T> partial(Class<T> type, String name) {
    return new SettingsFile<>(type, name, SOME, Map.of());
  }

  /** The same, but that a field can be left out. */
  public SettingsFile<T> withDefault(String field, Object value) {
    Map<String, JsonNode> more = new HashMap<>(defaults);
    more.put(field, mapper.valueToTree(value));
    return new SettingsFile<>(type, name, mapper, more);
  }

  /**
   * @throws InputException naming file, field and line, if the file cannot be read or is wrong
   */
  public T read(Path file) {
    try {
      String text = Files.readString(file);
      if (mapper.readTree(text) instanceof ObjectNode fields
          && !defaults.keySet().stream().allMatch(fields::has)) {
        defaults.forEach(fields::putIfAbsent);
        return mapper.treeToValue(fields, type);
      }
      // Not from the tree, which has forgotten the lines.
      return mapper.readValue(text, type);
    } catch (JsonProcessingException e) {
      throw new InputException(name + " " + file + ": " + reason(e), e);
    } catch (IOException e) {
      throw FileErrors.cannot("read", file, e);
    }
  }

  /** One that is shipped, beside the record's class. */
  public T readShipped(String resource) {
    try (InputStream in = type.getResourceAsStream(resource)) {
      return mapper.readValue(in, type);
    } catch (IOException e) {
      throw new IllegalStateException(resource, e);
    }
  }

  private static String reason(JsonProcessingException e) {
    String where = e.getLocation() == null ? "" : " (line " + e.getLocation().getLineNr() + ")";
    if (e instanceof UnrecognizedPropertyException unknown) {
      String known =
          unknown.getKnownPropertyIds().stream()
              .map(Object::toString)
              .sorted()
              .collect(Collectors.joining(", "));
      return "no field \"%s\"; there are %s%s".formatted(unknown.getPropertyName(), known, where);
    }
    // What the record's own check said, without Jackson's words around it.
    if (e.getCause() instanceof IllegalArgumentException cause) {
      return cause.getMessage();
    }
    String message = ABOUT_JACKSON.matcher(e.getOriginalMessage()).replaceFirst("");
    return field(e) + message + where;
  }

  /** The innermost one that it is about. */
  private static String field(JsonProcessingException e) {
    return e instanceof JsonMappingException mapping
        ? mapping.getPath().stream()
            .filter(r -> r.getFieldName() != null)
            .reduce((outer, inner) -> inner)
            .map(r -> "field \"" + r.getFieldName() + "\": ")
            .orElse("")
        : "";
  }
}
