package org.p2vit.synth.power;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.p2vit.model.InputException;
import org.p2vit.model.io.FileErrors;

/**
 * A netlist of one level, from Yosys' JSON.
 *
 * @param ports of the top module
 * @param cells and macros, with the path of each
 * @param nets one above the greatest number of a net; {@link #ZERO} and {@link #ONE} are constants
 */
record Netlist(List<Port> ports, List<Instance> cells, int nets) {
  static final int ZERO = 0;
  static final int ONE = 1;

  /**
   * @param nets of each bit, the lowest first
   */
  record Port(String name, boolean input, int[] nets) {}

  /**
   * @param pins nets of each bit, by name
   */
  record Instance(String name, String type, Map<String, int[]> pins) {}

  /**
   * @throws InputException if it cannot be read
   */
  static Netlist read(Path json, String top) {
    List<Port> ports = new ArrayList<>();
    List<Instance> cells = new ArrayList<>();
    int[] most = {ONE};
    ObjectMapper mapper = new ObjectMapper();
    try (JsonParser in = mapper.createParser(json.toFile())) {
      in.nextToken();
      enter(in, json, "modules");
      enter(in, json, top);
      while (in.nextToken() == JsonToken.FIELD_NAME) {
        String field = in.currentName();
        in.nextToken();
        if (field.equals("ports")) {
          JsonNode all = mapper.readTree(in);
          all.properties()
              .forEach(
                  p ->
                      ports.add(
                          new Port(
                              p.getKey(),
                              p.getValue().get("direction").textValue().equals("input"),
                              nets(p.getValue().get("bits"), most))));
        } else if (field.equals("cells")) {
          while (in.nextToken() == JsonToken.FIELD_NAME) {
            String name = in.currentName();
            in.nextToken();
            JsonNode cell = mapper.readTree(in);
            Map<String, int[]> pins = new LinkedHashMap<>();
            cell.get("connections")
                .properties()
                .forEach(p -> pins.put(p.getKey(), nets(p.getValue(), most)));
            cells.add(new Instance(name, cell.get("type").textValue(), pins));
          }
        } else {
          in.skipChildren();
        }
      }
    } catch (IOException e) {
      throw FileErrors.cannot("read", json, e);
    }
    return new Netlist(ports, cells, most[0] + 1);
  }

  /** Goes to a field of the object that has just begun, and skips those before it. */
  private static void enter(JsonParser in, Path json, String field) throws IOException {
    while (in.nextToken() == JsonToken.FIELD_NAME) {
      String name = in.currentName();
      in.nextToken();
      if (name.equals(field)) {
        return;
      }
      in.skipChildren();
    }
    throw new InputException("the netlist " + json + " has no " + field);
  }

  /** Yosys numbers nets from 2 on; constants are texts. */
  private static int[] nets(JsonNode bits, int[] most) {
    int[] nets = new int[bits.size()];
    for (int i = 0; i < nets.length; i++) {
      JsonNode bit = bits.get(i);
      nets[i] = bit.isInt() ? bit.intValue() : bit.textValue().equals("1") ? ONE : ZERO;
      most[0] = Math.max(most[0], nets[i]);
    }
    return nets;
  }
}
