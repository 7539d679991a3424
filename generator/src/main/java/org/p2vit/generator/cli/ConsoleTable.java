package org.p2vit.generator.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Help;

/** A table for people: a title, rows of a name and a value, the names aligned. */
final class ConsoleTable {
  private final String title;
  private final List<String[]> rows = new ArrayList<>();

  ConsoleTable(String title) {
    this.title = title;
  }

  /** One of several columns with a heading each, two blanks before every column. */
  static Help.TextTable columns(int... widths) {
    return Help.TextTable.forColumns(
        Help.defaultColorScheme(Help.Ansi.OFF),
        Arrays.stream(widths)
            .mapToObj(w -> new Help.Column(w, 2, Help.Column.Overflow.SPAN))
            .toArray(Help.Column[]::new));
  }

  ConsoleTable row(String name, String format, Object... values) {
    rows.add(new String[] {name, String.format(Locale.ROOT, format, values)});
    return this;
  }

  void print(PrintWriter out) {
    int width = rows.stream().mapToInt(r -> r[0].length()).max().orElse(0);
    out.println();
    out.println(title);
    for (String[] r : rows) {
      out.println("  " + r[0] + " ".repeat(width - r[0].length() + 2) + r[1]);
    }
    out.flush();
  }
}
