package org.p2vit.synth.power;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The signals below a scope of a VCD file. Many share a code: a net, and all pins on it.
 *
 * @param names of each code, below the scope
 * @param widths of each code in bits
 * @param codes one above the greatest
 */
record VcdHeader(Map<Integer, List<String>> names, Map<Integer, Integer> widths, int codes) {
  static final int FIRST_CODE = '!';
  static final int CODE_BASE = '~' - FIRST_CODE + 1;

  /** Codes are numbered from the shortest on; far more than any tool writes. */
  private static final int MOST_CODES = 1 << 28;

  private static final int SCOPES_TOLD = 8;

  /**
   * @param scope with dots, or null for all
   */
  static VcdHeader read(VcdInput in, String scope) throws IOException {
    Map<Integer, List<String>> names = new HashMap<>();
    Map<Integer, Integer> widths = new HashMap<>();
    Set<String> scopes = new LinkedHashSet<>();
    Deque<String> path = new ArrayDeque<>();
    String prefix = scope == null ? "" : scope + ".";
    int codes = 0;
    String word = in.word();
    while (word != null && !word.equals("$enddefinitions")) {
      switch (word) {
        case "$scope" -> {
          in.expected();
          String name = in.expected();
          path.addLast(path.isEmpty() ? name : path.getLast() + "." + name);
          scopes.add(path.getLast());
          in.skipToEnd();
        }
        case "$upscope" -> {
          if (path.isEmpty()) {
            throw in.broken("$upscope without $scope");
          }
          path.removeLast();
          in.skipToEnd();
        }
        case "$var" -> {
          in.expected();
          int width = width(in);
          int code = in.code(in.readVisible());
          String name = in.expected();
          String inScope = path.isEmpty() ? name : path.getLast() + "." + name;
          if (code <= 0 || code >= MOST_CODES) {
            throw in.broken("the code of " + inScope + " is not one");
          }
          if (inScope.startsWith(prefix)) {
            codes = Math.max(codes, code + 1);
            widths.put(code, width);
            names
                .computeIfAbsent(code, c -> new ArrayList<>(1))
                .add(inScope.substring(prefix.length()));
          }
          in.skipToEnd();
        }
        default -> {
          if (!word.startsWith("$")) {
            throw in.broken("'" + word + "' where a $ command is expected");
          }
          in.skipToEnd();
        }
      }
      word = in.word();
    }
    if (word == null) {
      throw in.broken("there is no $enddefinitions");
    }
    in.skipToEnd();
    if (scope != null && !scopes.contains(scope)) {
      throw in.broken("no scope " + scope + "; it has " + told(scopes));
    }
    return new VcdHeader(names, widths, codes);
  }

  private static int width(VcdInput in) throws IOException {
    String word = in.expected();
    try {
      return Integer.parseInt(word);
    } catch (NumberFormatException e) {
      throw in.broken("a signal of " + word + " bits");
    }
  }

  /** Numbers of the signals of one bit, by name. */
  Map<String, Long> byName(long[] counts) {
    Map<String, Long> all = new HashMap<>();
    names.forEach(
        (code, signals) -> {
          if (widths.get(code) == 1) {
            signals.forEach(s -> all.put(s, counts[code]));
          }
        });
    return all;
  }

  private static String told(Set<String> scopes) {
    List<String> some = scopes.stream().limit(SCOPES_TOLD).toList();
    return some.isEmpty()
        ? "none"
        : String.join(", ", some) + (scopes.size() > SCOPES_TOLD ? ", ..." : "");
  }
}
