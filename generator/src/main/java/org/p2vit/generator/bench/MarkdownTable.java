package org.p2vit.generator.bench;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** A table in Markdown. */
final class MarkdownTable {
  private static final int HEADER_LINES = 2;

  private final List<String> lines = new ArrayList<>();
  private final int columns;

  MarkdownTable(String... header) {
    columns = header.length;
    row((Object[]) header);
    row(Collections.nCopies(columns, "---").toArray());
  }

  MarkdownTable row(Object... cells) {
    if (cells.length != columns) {
      throw new IllegalArgumentException(cells.length + " cells in a table of " + columns);
    }
    StringBuilder line = new StringBuilder("|");
    for (Object cell : cells) {
      line.append(' ').append(cell).append(" |");
    }
    lines.add(line.toString());
    return this;
  }

  /** Below the header. */
  int rows() {
    return lines.size() - HEADER_LINES;
  }

  @Override
  public String toString() {
    return String.join("\n", lines) + "\n";
  }
}
