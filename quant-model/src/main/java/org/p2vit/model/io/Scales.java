package org.p2vit.model.io;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import org.p2vit.model.InputException;

/**
 * Makes every scale of a document an exponent: {@code "scale": 0.125} is {@code "exponent": -3},
 * {@code "accScale"} likewise {@code "accExponent"}. Whatever is not a power of two is an error.
 */
final class Scales {
  private static final Map<String, String> EXPONENT_OF_SCALE =
      Map.of("scale", "exponent", "accScale", "accExponent");

  private final String file;

  private Scales(String file) {
    this.file = file;
  }

  /** In place. */
  static void toExponents(String file, JsonNode document) {
    new Scales(file).visit("", document);
  }

  private void visit(String path, JsonNode node) {
    if (node instanceof ObjectNode object) {
      EXPONENT_OF_SCALE.forEach((scale, exponent) -> replace(path, object, scale, exponent));
    }
    if (node.isObject()) {
      node.properties().forEach(field -> visit(path + field.getKey() + ".", field.getValue()));
    } else if (node.isArray()) {
      for (int i = 0; i < node.size() && node.get(i).isContainerNode(); i++) {
        visit(path + i + ".", node.get(i));
      }
    }
  }

  private void replace(String path, ObjectNode object, String scale, String exponent) {
    if (object.has(exponent)) {
      if (object.has(scale)) {
        throw new InputException(
            file + ": " + path + scale + ": there is " + path + exponent + " too; give one");
      }
      object.set(exponent, each(path + exponent, object.get(exponent), this::exponent));
    } else if (object.has(scale)) {
      JsonNode exponents = each(path + scale, object.get(scale), this::exponentOfScale);
      object.remove(List.of(scale));
      object.set(exponent, exponents);
    }
  }

  private interface Conversion {
    JsonNode apply(String path, JsonNode number);
  }

  /** What is no number is left to the schema. */
  private static JsonNode each(String path, JsonNode value, Conversion conversion) {
    if (value.isNumber()) {
      return conversion.apply(path, value);
    }
    if (!value.isArray()) {
      return value;
    }
    ArrayNode result = Json.MAPPER.createArrayNode();
    for (int i = 0; i < value.size(); i++) {
      JsonNode number = value.get(i);
      result.add(number.isNumber() ? conversion.apply(path + "[" + i + "]", number) : number);
    }
    return result;
  }

  private JsonNode exponent(String path, JsonNode number) {
    if (number.isIntegralNumber()) {
      return number;
    }
    double value = number.doubleValue();
    if (value != Math.rint(value) || Math.abs(value) > Integer.MAX_VALUE) {
      throw notPowerOfTwo(path, number, "an integer e, for a scale of 2^e");
    }
    return IntNode.valueOf((int) value);
  }

  private JsonNode exponentOfScale(String path, JsonNode number) {
    double value = number.doubleValue();
    int exponent = Math.getExponent(value);
    if (!(value > 0) || !Double.isFinite(value) || Math.scalb(1.0, exponent) != value) {
      throw notPowerOfTwo(path, number, "a power of two, such as 0.125");
    }
    return IntNode.valueOf(exponent);
  }

  private InputException notPowerOfTwo(String path, JsonNode found, String accepted) {
    return new InputException(
        file + ": " + path + " is " + found + ": not a power of two; accepted: " + accepted);
  }
}
