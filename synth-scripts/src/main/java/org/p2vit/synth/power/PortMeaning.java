package org.p2vit.synth.power;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** When the ports of an accelerator mean something. */
final class PortMeaning {
  private static final Pattern AXI = Pattern.compile("(\\w+_axil?_(?:aw|ar|w|r|b))(\\w+)");

  private PortMeaning() {}

  /** The valid of the AXI channel whose payload a port is; null for all others. */
  static String enable(String port) {
    Matcher m = AXI.matcher(port);
    boolean payload = m.matches() && !m.group(2).equals("valid") && !m.group(2).equals("ready");
    return payload ? m.group(1) + "valid" : null;
  }
}
