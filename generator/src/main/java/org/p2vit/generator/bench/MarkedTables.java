package org.p2vit.generator.bench;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.p2vit.model.InputException;

/**
 * A Markdown document whose tables are measured and whose words are written by hand. A table stands
 * between the lines {@code <!-- table NAME -->} and {@code <!-- end -->}.
 */
final class MarkedTables {
  private static final Pattern TABLE =
      Pattern.compile("(<!-- table ([a-z0-9-]+) -->\\n)(.*?)(<!-- end -->\\n)", Pattern.DOTALL);

  private MarkedTables() {}

  /**
   * @param name of the document in messages
   * @param tables Markdown by name; those that are not given stay as they are
   * @throws InputException if the document has no place for one
   */
  static String replace(String name, String document, Map<String, String> tables) {
    Map<String, String> left = new LinkedHashMap<>(tables);
    Matcher m = TABLE.matcher(document);
    StringBuilder result = new StringBuilder();
    while (m.find()) {
      String table = left.remove(m.group(2));
      String content = table == null ? m.group(3) : "\n" + table + "\n";
      m.appendReplacement(result, Matcher.quoteReplacement(m.group(1) + content + m.group(4)));
    }
    m.appendTail(result);
    if (!left.isEmpty()) {
      throw new InputException(
          name + " has no line '<!-- table " + left.keySet().iterator().next() + " -->'");
    }
    return result.toString();
  }
}
