package org.p2vit.synth.area;

import java.util.HashMap;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Rewrites the {@code casez} blocks that firtool emits for look-ups into trees of two-way choices.
 * circt-verilog makes a chain of comparisons of a case, as long as the table, which circt-synth
 * does not balance.
 */
final class CaseTables {
  private static final Pattern BLOCK =
      Pattern.compile(
          "always_comb begin\\n\\s*casez \\((.*?)\\)\\n(.*?)endcase\\n\\s*end(?: // always_comb)?\\n",
          Pattern.DOTALL);
  private static final Pattern ITEM =
      Pattern.compile("(?:\\d+'b([01?]+)|default):\\s*(\\w+) =\\s*([^;]+);");
  private static final int MOST_BITS = 8;

  private CaseTables() {}

  /** The source with the blocks rewritten; one of another form is left as it is. */
  static String balanced(String source) {
    return BLOCK.matcher(source).replaceAll(m -> Matcher.quoteReplacement(balanced(m)));
  }

  private static String balanced(MatchResult block) {
    Map<Integer, String> values = new HashMap<>();
    String target = null;
    String otherwise = null;
    int bits = 0;
    for (MatchResult item : ITEM.matcher(block.group(2)).results().toList()) {
      String code = item.group(1);
      if (target != null && !target.equals(item.group(2)) || code != null && code.contains("?")) {
        return block.group();
      }
      target = item.group(2);
      if (code == null) {
        otherwise = item.group(3);
      } else {
        bits = code.length();
        values.putIfAbsent(Integer.parseInt(code, 2), item.group(3));
      }
    }
    boolean complete = otherwise != null || values.size() == 1 << bits;
    if (bits == 0 || bits > MOST_BITS || !complete) {
      return block.group();
    }
    String[] entries = new String[1 << bits];
    for (int i = 0; i < entries.length; i++) {
      entries[i] = values.getOrDefault(i, otherwise);
    }
    String selector = target + "_selector";
    return String.format(
        "wire [%d:0] %s = %s;%n  always_comb %s = %s;%n",
        bits - 1, selector, block.group(1), target, tree(entries, 0, entries.length, selector));
  }

  private static String tree(String[] entries, int from, int to, String selector) {
    if (to - from == 1) {
      return "(" + entries[from] + ")";
    }
    int middle = (from + to) / 2;
    int bit = Integer.numberOfTrailingZeros(middle - from);
    return String.format(
        "(%s[%d] ? %s : %s)",
        selector, bit, tree(entries, middle, to, selector), tree(entries, from, middle, selector));
  }
}
