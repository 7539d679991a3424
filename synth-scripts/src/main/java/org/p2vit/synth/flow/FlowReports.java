package org.p2vit.synth.flow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.p2vit.model.InputException;
import org.p2vit.rtl.EmittedRtl;

/** Reads the reports that the flows write. */
final class FlowReports {
  /** The setting of the iCE40 flow that stops it after synthesis. */
  static final String KEEP_MODULES = "MODULES";

  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final Pattern AREA = Pattern.compile("Chip area for top module '.*': ([\\d.]+)");
  private static final Pattern ONLY_AREA = Pattern.compile("Chip area for module '.*': ([\\d.]+)");
  private static final Pattern SLACK = Pattern.compile("worst slack (-?[\\d.]+)");
  private static final Pattern POWER = Pattern.compile("(?m)^Total(?:\\s+\\S+){3}\\s+(\\S+)");

  /** Yosys 0.23 prints the tree of a deep hierarchy, in lines like " Leaf 2", into its JSON. */
  private static final Pattern TREE_LINE = Pattern.compile("(?m)^\\s+[^\\s\"{}\\[\\],]+\\s+\\d+$");

  private FlowReports() {}

  static FlowResult xilinx(EmittedRtl rtl, Path directory, Map<String, String> settings)
      throws IOException {
    Map<String, Long> all = cells(directory.resolve("usage.json"));
    Map<String, Long> used = new LinkedHashMap<>();
    used.put("LUT", sum(all, "LUT[1-6]|INV"));
    used.put("LUT as memory", memoryLuts(all));
    used.put("flip-flop", sum(all, "FD[RSCP]E.*"));
    used.put("MUXF", sum(all, "MUXF[789]"));
    used.put("CARRY", sum(all, "CARRY[48]"));
    used.put("DSP", sum(all, "DSP48E.*"));
    used.put("RAMB18", sum(all, "RAMB18E.*"));
    used.put("RAMB36", sum(all, "RAMB36E.*"));
    used.put("URAM288", sum(all, "URAM288.*"));
    return new FlowResult("xilinx", rtl.top(), used, null, null, null, List.of(), directory);
  }

  static FlowResult ice40(EmittedRtl rtl, Path directory, Map<String, String> settings)
      throws IOException {
    if (!settings.getOrDefault(KEEP_MODULES, "").isEmpty()) {
      return ice40Modules(rtl, directory);
    }
    JsonNode report = json(directory.resolve("report.json"));
    Map<String, Long> used = new LinkedHashMap<>();
    report
        .get("utilization")
        .properties()
        .forEach(
            e -> {
              if (e.getValue().get("used").longValue() > 0) {
                used.put(e.getKey(), e.getValue().get("used").longValue());
              }
            });
    Double fmax = null;
    for (JsonNode clock : report.get("fmax")) {
      double achieved = clock.get("achieved").doubleValue();
      fmax = fmax == null ? achieved : Math.min(fmax, achieved);
    }
    return new FlowResult("ice40", rtl.top(), used, fmax, null, null, List.of(), directory);
  }

  /** Before placement: cells as Yosys counts them, by module. */
  private static FlowResult ice40Modules(EmittedRtl rtl, Path directory) throws IOException {
    Path usage = directory.resolve("usage.json");
    Map<String, Map<String, Long>> modules = new TreeMap<>();
    json(usage)
        .get("modules")
        .properties()
        .forEach(
            m -> modules.put(plain(m.getKey()), counts(m.getValue().get("num_cells_by_type"))));
    Map<String, Long> instances = new TreeMap<>();
    count(rtl.top(), 1, modules, instances);
    Map<String, Long> all = new LinkedHashMap<>();
    List<ModuleUse> uses = new ArrayList<>();
    instances.forEach(
        (module, n) -> {
          Map<String, Long> used = ice40Cells(modules.get(module));
          used.forEach((name, count) -> all.merge(name, n * count, Long::sum));
          uses.add(new ModuleUse(module, n, used));
        });
    return new FlowResult("ice40", rtl.top(), all, null, null, null, uses, directory);
  }

  private static Map<String, Long> ice40Cells(Map<String, Long> cells) {
    Map<String, Long> used = new LinkedHashMap<>();
    used.put("LUT4", sum(cells, "SB_LUT4"));
    used.put("carry", sum(cells, "SB_CARRY"));
    used.put("flip-flop", sum(cells, "SB_DFF.*"));
    used.put("DSP", sum(cells, "SB_MAC16"));
    used.put("RAM", sum(cells, "SB_RAM40_4K.*"));
    return used;
  }

  /** Adds {@code n} instances of a module, and those below. */
  private static void count(
      String module, long n, Map<String, Map<String, Long>> modules, Map<String, Long> instances) {
    instances.merge(module, n, Long::sum);
    modules
        .getOrDefault(module, Map.of())
        .forEach(
            (cell, number) -> {
              if (modules.containsKey(plain(cell))) {
                count(plain(cell), n * number, modules, instances);
              }
            });
  }

  /** Names in Yosys' reports may begin with a backslash. */
  private static String plain(String name) {
    return name.startsWith("\\") ? name.substring(1) : name;
  }

  static FlowResult asic(EmittedRtl rtl, Path directory, Map<String, String> settings)
      throws IOException {
    Map<String, Long> used = new LinkedHashMap<>();
    cells(directory.resolve("usage.json")).forEach(used::put);
    String usage = Files.readString(directory.resolve("usage.txt"));
    Matcher top = AREA.matcher(usage);
    double area =
        top.find() ? Double.parseDouble(top.group(1)) : number(ONLY_AREA, usage, directory);
    double slack = number(SLACK, Files.readString(directory.resolve("timing.txt")), directory);
    double period = Double.parseDouble(settings.getOrDefault("PERIOD", "10"));
    double watts = number(POWER, Files.readString(directory.resolve("power.txt")), directory);
    return new FlowResult(
        "asic", rtl.top(), used, 1000 / (period - slack), area, 1000 * watts, List.of(), directory);
  }

  /** Cells of the whole design by type. */
  private static Map<String, Long> cells(Path usage) throws IOException {
    Map<String, Long> cells = counts(json(usage).at("/design/num_cells_by_type"));
    if (cells.isEmpty()) {
      throw new InputException(usage + " has no cells of the design");
    }
    return cells;
  }

  private static Map<String, Long> counts(JsonNode byType) {
    Map<String, Long> cells = new LinkedHashMap<>();
    byType.properties().forEach(e -> cells.put(e.getKey(), e.getValue().longValue()));
    return cells;
  }

  private static JsonNode json(Path file) throws IOException {
    return MAPPER.readTree(TREE_LINE.matcher(Files.readString(file)).replaceAll(""));
  }

  private static long sum(Map<String, Long> cells, String type) {
    return cells.entrySet().stream()
        .filter(e -> e.getKey().matches(type))
        .mapToLong(Map.Entry::getValue)
        .sum();
  }

  /** LUTs of distributed RAM and shift registers, by how many a primitive takes. */
  private static long memoryLuts(Map<String, Long> cells) {
    return sum(cells, "SRL.*|RAM(32|64)X1S.*")
        + 2 * sum(cells, "RAM(32|64)X1D.*|RAM128X1S.*")
        + 4 * sum(cells, "RAM(32|64)M|RAM128X1D.*|RAM256X1S.*")
        + 8 * sum(cells, "RAM(32|64)M16|RAM(32|64)M8|RAM256X1D.*|RAM512X1S.*");
  }

  private static double number(Pattern pattern, String text, Path directory) {
    Matcher m = pattern.matcher(text);
    if (!m.find()) {
      throw new InputException("a report in " + directory + " has no '" + pattern + "'");
    }
    return Double.parseDouble(m.group(1));
  }
}
