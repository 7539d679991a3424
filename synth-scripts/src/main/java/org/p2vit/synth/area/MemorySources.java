package org.p2vit.synth.area;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Tells memories among the emitted files. */
final class MemorySources {
  private static final Pattern STORAGE =
      Pattern.compile("(?m)^  reg\\s+(?:\\[(\\d+):0\\]\\s+)?Memory\\[0:(\\d+)\\];");
  private static final Pattern MASK = Pattern.compile("(?:\\[(\\d+):0\\]\\s+)?W0_mask\\b");
  private static final Pattern HEADER =
      Pattern.compile("(?s)^.*?\\bmodule\\s+\\w+\\s*\\(.*?\\);\\n");

  private MemorySources() {}

  /** The memory that a file holds, or null. */
  static MemoryShape shape(String source) {
    Matcher storage = STORAGE.matcher(source);
    if (!storage.find()) {
      return null;
    }
    int bits = msb(storage.group(1)) + 1;
    int words = Integer.parseInt(storage.group(2)) + 1;
    Matcher mask = MASK.matcher(source);
    int lanes = mask.find() ? msb(mask.group(1)) + 1 : 1;
    return new MemoryShape(words, bits, bits / lanes, !source.contains("R0_word"));
  }

  /** The module's ports alone. */
  static String interfaceOnly(String source) {
    Matcher header = HEADER.matcher(source);
    if (!header.find()) {
      throw new IllegalStateException("no module header in " + source);
    }
    return header.group() + "endmodule\n";
  }

  private static int msb(String group) {
    return group == null ? 0 : Integer.parseInt(group);
  }
}
