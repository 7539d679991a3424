package org.p2vit.model.io;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
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

  /** What stands there, in Jackson's messages: {@code String value ("two")}. */
  private static final Pattern FOUND =
      Pattern.compile(
          "(Array|Object|String|Integer|Floating-point|Boolean) value(?: \\((.*?)\\))?");

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
      T value = mapper.readValue(text, type);
      if (value == null) {
        throw new InputException(name + " " + file + ": an object is expected, not null");
      }
      return value;
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
    int line = e.getLocation() == null ? 0 : e.getLocation().getLineNr();
    String where = line < 1 ? "" : " (line " + line + ")";
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
    if (e instanceof MismatchedInputException mismatch) {
      return field(e) + mismatch(mismatch) + where;
    }
    return field(e) + e.getOriginalMessage() + where;
  }

  /** Without Jackson's words about Java and its own settings. */
  private static String mismatch(MismatchedInputException e) {
    String message = e.getOriginalMessage();
    if (message.startsWith("Missing creator property")) {
      return "missing";
    }
    if (message.startsWith("No content")) {
      return "the file is empty";
    }
    if (message.startsWith("Trailing token")) {
      return "something follows after the end";
    }
    return expected(e.getTargetType()) + " is expected, not " + found(message);
  }

  private static String found(String message) {
    Matcher found = FOUND.matcher(message);
    if (!found.find()) {
      return "null";
    }
    String text = found.group(2);
    if (text != null && !text.startsWith("token ")) {
      return text;
    }
    return switch (found.group(1)) {
      case "Array" -> "a list";
      case "Object" -> "an object";
      case "String" -> "text";
      case "Boolean" -> "true or false";
      default -> "a number";
    };
  }

  private static String expected(Class<?> type) {
    if (type == null || type.isRecord() || Map.class.isAssignableFrom(type)) {
      return "an object";
    }
    if (Collection.class.isAssignableFrom(type)) {
      return "a list";
    }
    if (type == String.class) {
      return "text";
    }
    if (type == boolean.class || type == Boolean.class) {
      return "true or false";
    }
    return type == double.class || type == Double.class ? "a number" : "a whole number";
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
