package org.p2vit.synth.power;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.p2vit.model.InputException;
import org.p2vit.model.io.FileErrors;

/** What the cells of a library compute, from Yosys' JSON of its Liberty file. */
final class CellLibrary {
  /** A truth table has a bit for each combination of so many inputs. */
  static final int MOST_INPUTS = 6;

  private final Map<String, JsonNode> modules = new HashMap<>();
  private final Map<String, Cell> cells = new HashMap<>();

  /** A cell. */
  sealed interface Cell {}

  /**
   * One whose outputs follow its inputs.
   *
   * @param inputs pins
   * @param outputs truth tables by pin; bit i is the output if input k has bit k of i
   */
  record Gate(List<String> inputs, Map<String, Long> outputs) implements Cell {}

  /** A flip-flop of the rising edge. */
  record FlipFlop(String clock, String data, String output) implements Cell {}

  /**
   * @throws InputException if it cannot be read
   */
  static CellLibrary read(Path json) {
    CellLibrary library = new CellLibrary();
    try {
      new ObjectMapper()
          .readTree(json.toFile())
          .get("modules")
          .properties()
          .forEach(e -> library.modules.put(e.getKey(), e.getValue()));
    } catch (IOException e) {
      throw FileErrors.cannot("read", json, e);
    }
    return library;
  }

  /** Whether it has such a cell; what it does not have is a macro. */
  boolean has(String type) {
    return modules.containsKey(type);
  }

  /**
   * @throws InputException if it is a latch, has a reset, or has too many inputs
   */
  Cell cell(String type) {
    return cells.computeIfAbsent(type, this::make);
  }

  private Cell make(String type) {
    JsonNode module = modules.get(type);
    Map<Integer, JsonNode> drivers = new HashMap<>();
    for (JsonNode inner : module.get("cells")) {
      JsonNode pins = inner.get("connections");
      JsonNode out = pins.has("Q") ? pins.get("Q") : pins.get("Y");
      drivers.put(out.get(0).intValue(), inner);
    }
    List<String> inputs = new ArrayList<>();
    Map<String, Integer> outputs = new HashMap<>();
    Map<Integer, Integer> bits = new HashMap<>();
    module
        .get("ports")
        .properties()
        .forEach(
            port -> {
              int bit = port.getValue().get("bits").get(0).intValue();
              if (port.getValue().get("direction").textValue().equals("input")) {
                bits.put(bit, inputs.size());
                inputs.add(port.getKey());
              } else {
                outputs.put(port.getKey(), bit);
              }
            });
    boolean sequential = drivers.values().stream().anyMatch(d -> d.get("connections").has("Q"));
    if (sequential) {
      return flipFlop(type, inputs, outputs, drivers, bits);
    }
    if (inputs.size() > MOST_INPUTS) {
      throw new InputException(
          "cell " + type + " has " + inputs.size() + " inputs; at most " + MOST_INPUTS);
    }
    Map<String, Long> tables = new HashMap<>();
    outputs.forEach((name, bit) -> tables.put(name, table(type, bit, drivers, bits)));
    return new Gate(List.copyOf(inputs), tables);
  }

  private static Cell flipFlop(
      String type,
      List<String> inputs,
      Map<String, Integer> outputs,
      Map<Integer, JsonNode> drivers,
      Map<Integer, Integer> bits) {
    if (outputs.size() == 1 && inputs.size() == 2) {
      Map.Entry<String, Integer> output = outputs.entrySet().iterator().next();
      JsonNode inner = drivers.get(output.getValue());
      if (inner != null && inner.get("type").textValue().equals("$_DFF_P_")) {
        Integer clock = bits.get(inner.at("/connections/C/0").intValue());
        Integer data = bits.get(inner.at("/connections/D/0").intValue());
        if (clock != null && data != null) {
          return new FlipFlop(inputs.get(clock), inputs.get(data), output.getKey());
        }
      }
    }
    throw new InputException(
        "cell "
            + type
            + " is not a flip-flop of a rising clock edge with data and output alone; simulate the"
            + " netlist with a simulator of your own and give its waveform with --activity");
  }

  /** Of a net inside a cell, over the cell's inputs. */
  private static long table(
      String type, int bit, Map<Integer, JsonNode> drivers, Map<Integer, Integer> inputs) {
    Integer input = inputs.get(bit);
    if (input != null) {
      long table = 0;
      for (int i = 0; i < 1 << MOST_INPUTS; i++) {
        table |= (long) (i >> input & 1) << i;
      }
      return table;
    }
    JsonNode driver = drivers.get(bit);
    if (driver == null) {
      throw new InputException("cell " + type + " has an output without a function");
    }
    JsonNode pins = driver.get("connections");
    long a = table(type, pins.at("/A/0").intValue(), drivers, inputs);
    long b = pins.has("B") ? table(type, pins.at("/B/0").intValue(), drivers, inputs) : 0;
    return switch (driver.get("type").textValue()) {
      case "$_NOT_" -> ~a;
      case "$_BUF_" -> a;
      case "$_AND_" -> a & b;
      case "$_OR_" -> a | b;
      case "$_XOR_" -> a ^ b;
      default ->
          throw new InputException(
              "cell " + type + " has a " + driver.get("type").textValue() + " inside");
    };
  }
}
