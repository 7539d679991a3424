package org.p2vit.synth.circt;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Modules of CIRCT's HW dialect by name, read from the text that the tools print. */
public record HwDesign(Map<String, HwModule> modules) {
  private static final Pattern HEADER =
      Pattern.compile("  hw\\.module (?:private )?@([\\w.$-]+)\\((.*)\\) \\{");

  public HwDesign {
    modules = new LinkedHashMap<>(modules);
  }

  /**
   * @throws IllegalStateException if the text is not what the tools of this version print
   */
  public static HwDesign parse(String text) {
    Map<String, HwModule> modules = new LinkedHashMap<>();
    Matcher header = null;
    StringBuilder body = new StringBuilder();
    for (String line : text.split("\n")) {
      if (header == null) {
        header = HEADER.matcher(line);
        if (!header.matches()) {
          header = null;
          if (line.startsWith("  ")) {
            throw new IllegalStateException("neither a module nor in one: " + line);
          }
        }
        body.setLength(0);
      } else if (line.equals("  }")) {
        modules.put(
            header.group(1), new HwModule(header.group(1), header.group(2), body.toString()));
        header = null;
      } else {
        body.append(line).append('\n');
      }
    }
    return new HwDesign(modules);
  }

  /** The module of that name. */
  public HwModule module(String name) {
    HwModule module = modules.get(name);
    if (module == null) {
      throw new IllegalStateException("there is no module " + name);
    }
    return module;
  }

  /** How often each module is there below one instance of the top, itself included. */
  public Map<String, Long> instanceCounts(String top) {
    Map<String, Long> counts = new LinkedHashMap<>();
    Deque<String> open = new ArrayDeque<>();
    open.add(top);
    while (!open.isEmpty()) {
      String name = open.removeFirst();
      counts.merge(name, 1L, Long::sum);
      module(name).instances().forEach(i -> open.add(i.module()));
    }
    return counts;
  }

  /** A text with these modules, one of them public. */
  public static String text(Collection<HwModule> modules, String top) {
    StringBuilder text = new StringBuilder("module {\n");
    modules.forEach(m -> text.append(m.text(m.name().equals(top))));
    return text.append("}\n").toString();
  }
}
