package org.p2vit.model.io;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.PathType;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import org.p2vit.model.InputException;

/** The JSON schema of {@code model.json}. */
final class ModelSchema {
  private static final String RESOURCE = "/org/p2vit/model/model.schema.json";
  private static final int ERRORS_SHOWN = 5;
  private static final JsonSchema SCHEMA = schema();

  private ModelSchema() {}

  /**
   * @throws InputException with the first few fields that the schema does not accept
   */
  static void check(Path file, JsonNode document) {
    List<ValidationMessage> errors =
        SCHEMA.validate(document).stream()
            .sorted(Comparator.comparing(e -> e.getInstanceLocation().toString()))
            .toList();
    if (!errors.isEmpty()) {
      String shown =
          errors.stream()
              .limit(ERRORS_SHOWN)
              .map(ModelSchema::describe)
              .collect(Collectors.joining("; "));
      int more = errors.size() - ERRORS_SHOWN;
      throw new InputException(file + ": " + shown + (more > 0 ? "; and " + more + " more" : ""));
    }
  }

  private static String describe(ValidationMessage error) {
    String location = error.getInstanceLocation().toString();
    String path = location.isEmpty() ? "" : location.substring(1).replace('/', '.');
    JsonNode node = error.getInstanceNode();
    String found = node != null && node.isValueNode() ? " is " + node : "";
    return path + found + ": " + error.getError();
  }

  private static JsonSchema schema() {
    SchemaValidatorsConfig config =
        SchemaValidatorsConfig.builder().pathType(PathType.JSON_POINTER).build();
    try (InputStream in = ModelSchema.class.getResourceAsStream(RESOURCE)) {
      return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012).getSchema(in, config);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
