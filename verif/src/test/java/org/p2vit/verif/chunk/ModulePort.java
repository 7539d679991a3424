package org.p2vit.verif.chunk;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A port of an emitted module.
 *
 * @param verilogName its name in SystemVerilog
 * @param bits its width
 */
public record ModulePort(String verilogName, int bits) {
  private static final Pattern PORT =
      Pattern.compile("\\s*(input|output)?\\s*(?:\\[(\\d+):0\\])?\\s*(\\w+),?(?:\\s*//.*)?");

  /** The name without the {@code io_} that Chisel puts before it. */
  public String name() {
    return verilogName.startsWith("io_") ? verilogName.substring(3) : verilogName;
  }

  /** The ports in the header of {@code module}, which firtool writes one a line. */
  static List<ModulePort> parse(String verilog, String module) {
    List<ModulePort> ports = new ArrayList<>();
    int bits = 1;
    boolean inside = false;
    for (String line : verilog.lines().toList()) {
      if (line.startsWith("module " + module + "(")) {
        inside = true;
      } else if (inside && line.startsWith(");")) {
        return ports;
      } else if (inside && !line.isBlank()) {
        Matcher m = PORT.matcher(line);
        if (!m.matches()) {
          throw new IllegalArgumentException("not a port of " + module + ": " + line);
        }
        // A port without direction and width has those of the port before it.
        if (m.group(2) != null) {
          bits = Integer.parseInt(m.group(2)) + 1;
        } else if (m.group(1) != null) {
          bits = 1;
        }
        ports.add(new ModulePort(m.group(3), bits));
      }
    }
    throw new IllegalArgumentException("no header of module " + module);
  }
}
