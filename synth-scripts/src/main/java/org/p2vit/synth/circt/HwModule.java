package org.p2vit.synth.circt;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A module of CIRCT's HW dialect, as text.
 *
 * @param name of the module
 * @param signature the ports as printed
 * @param body the lines between the braces
 */
public record HwModule(String name, String signature, String body) {
  private static final Pattern PORT = Pattern.compile("(?:in %|out )([\\w.$-]+) : (\\S+?)(?:,|$)");
  private static final Pattern INSTANCE =
      Pattern.compile("hw\\.instance \"([^\"]*)\"(?: sym \\S+)? @([\\w.$-]+)\\(");

  /**
   * In the order of the signature.
   *
   * @throws IllegalStateException for a port that is not an integer: emitted modules have none
   */
  public List<HwPort> ports() {
    List<HwPort> ports = new ArrayList<>();
    for (String port : signature.isEmpty() ? new String[0] : signature.split(", ")) {
      Matcher m = PORT.matcher(port);
      if (!m.matches() || !m.group(2).matches("i\\d+")) {
        throw new IllegalStateException("module " + name + " has the port '" + port + "'");
      }
      int bits = Integer.parseInt(m.group(2).substring(1));
      ports.add(new HwPort(port.startsWith("in"), m.group(1), bits));
    }
    return ports;
  }

  public List<HwPort> inputs() {
    return ports().stream().filter(HwPort::input).toList();
  }

  public List<HwPort> outputs() {
    return ports().stream().filter(p -> !p.input()).toList();
  }

  /** One for each instance in the body, in its order. */
  public List<HwInstance> instances() {
    return INSTANCE
        .matcher(body)
        .results()
        .map(m -> new HwInstance(m.group(1), m.group(2)))
        .toList();
  }

  public HwModule withBody(String other) {
    return new HwModule(name, signature, other);
  }

  /** As the tools read it. */
  public String text(boolean isPublic) {
    return "  hw.module "
        + (isPublic ? "" : "private ")
        + "@"
        + name
        + "("
        + signature
        + ") {\n"
        + body
        + "  }\n";
  }
}
