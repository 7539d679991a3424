package org.p2vit.model.io;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.p2vit.model.InputException;
import org.p2vit.model.ModelValidator;
import org.p2vit.model.QuantizedModel;

/**
 * Models on disk: {@code model.json} and {@code weights.safetensors} in one directory, as
 * docs/model-format.md says.
 */
public final class ModelFiles {
  public static final String MODEL_FILE = "model.json";
  public static final String WEIGHTS_FILE = "weights.safetensors";

  /** What {@code "format"} says. */
  public static final String FORMAT = "p2vit-model";

  /** The only {@code "version"} that is read, and what is written. */
  public static final int VERSION = 1;

  private ModelFiles() {}

  /**
   * Writes both files; the same model gives the same bytes. Nothing half-written is left behind.
   *
   * @throws InputException if the model breaks a rule or the directory cannot be written
   */
  public static void write(QuantizedModel model, Path directory) {
    ModelValidator.check(model);
    Map<String, Safetensors.Tensor> tensors = new TreeMap<>();
    ObjectNode document = new ModelWriter(model, tensors).document();
    byte[] weights = Safetensors.format(tensors);
    document.putObject("weights").put("file", WEIGHTS_FILE).put("sha256", Sha256.hex(weights));
    Map<String, byte[]> contents = new LinkedHashMap<>();
    contents.put(WEIGHTS_FILE, weights);
    contents.put(MODEL_FILE, Json.pretty(document));
    AtomicFiles.write(directory, contents);
  }

  /**
   * @param path of the directory or of its JSON file
   * @throws InputException naming file and field, if a file cannot be read, is broken, or breaks a
   *     rule of docs/numerics.md
   */
  public static QuantizedModel read(Path path) {
    Path file = jsonFile(path);
    JsonNode document = parse(file);
    checkVersion(file, document);
    Scales.toExponents(file.toString(), document);
    ModelSchema.check(file, document);

    Path weightsFile = file.resolveSibling(document.at("/weights/file").textValue());
    byte[] weights = bytes(weightsFile);
    var tensors = Safetensors.parse(weightsFile.toString(), weights);
    checkDigest(weightsFile, weights, document.at("/weights/sha256"), file);
    QuantizedModel model = new ModelReader(file, document, weightsFile, tensors).model();
    try {
      ModelValidator.check(model);
    } catch (InputException e) {
      throw new InputException(file + ": " + e.getMessage(), e);
    }
    return model;
  }

  /**
   * Of both files: the same for the same model.
   *
   * @param path of the directory or of its JSON file
   */
  public static String sha256(Path path) {
    Path file = jsonFile(path);
    Path weights = file.resolveSibling(parse(file).at("/weights/file").asText());
    MessageDigest digest = Sha256.digest();
    digest.update(bytes(file));
    digest.update(bytes(weights));
    return Sha256.hex(digest);
  }

  private static Path jsonFile(Path path) {
    return Files.isDirectory(path) ? path.resolve(MODEL_FILE) : path;
  }

  private static JsonNode parse(Path file) {
    try {
      return Json.MAPPER.readTree(bytes(file));
    } catch (JsonProcessingException e) {
      String where =
          e.getLocation() == null
              ? ""
              : "line " + e.getLocation().getLineNr() + ", column " + e.getLocation().getColumnNr();
      throw new InputException(
          file + ": truncated or not JSON, at " + where + ": " + e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw FileErrors.cannot("read", file, e);
    }
  }

  static byte[] bytes(Path file) {
    try {
      if (Files.size(file) > Integer.MAX_VALUE - 8) {
        throw new InputException(
            file + ": has " + Files.size(file) + " bytes, accepted: less than 2 GiB");
      }
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw FileErrors.cannot("read", file, e);
    }
  }

  /** Before the schema, which would call a later version's new fields mistakes. */
  private static void checkVersion(Path file, JsonNode document) {
    JsonNode format = document.path("format");
    if (!format.isTextual() || !format.textValue().equals(FORMAT)) {
      throw new InputException(
          file + ": format is " + found(format) + ", accepted: \"" + FORMAT + "\"");
    }
    JsonNode version = document.path("version");
    if (!version.isIntegralNumber() || version.asLong() != VERSION) {
      throw new InputException(
          file + ": version is " + found(version) + ", this p2vit reads version " + VERSION);
    }
  }

  private static String found(JsonNode node) {
    return node.isMissingNode() ? "missing" : node.toString();
  }

  private static void checkDigest(Path weightsFile, byte[] bytes, JsonNode expected, Path file) {
    if (!expected.isMissingNode() && !expected.textValue().equals(Sha256.hex(bytes))) {
      throw new InputException(
          "%s: corrupt, or of another model: its SHA-256 is %s, %s says %s"
              .formatted(weightsFile, Sha256.hex(bytes), file, expected.textValue()));
    }
  }
}
