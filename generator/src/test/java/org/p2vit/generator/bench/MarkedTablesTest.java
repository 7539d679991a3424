package org.p2vit.generator.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.p2vit.model.InputException;

class MarkedTablesTest {
  private static final String DOCUMENT =
      """
      Words.

      <!-- table first -->
      old $1
      <!-- end -->

      More words.

      <!-- table second -->
      <!-- end -->
      """;

  @Test
  void replacesWhatIsGivenAndKeepsTheRest() {
    String table = new MarkdownTable("a", "b").row(1, "$2 \\").toString();
    String result = MarkedTables.replace("x.md", DOCUMENT, Map.of("second", table));
    assertEquals(
        DOCUMENT.replace(
            "<!-- table second -->\n",
            "<!-- table second -->\n\n| a | b |\n| --- | --- |\n| 1 | $2 \\ |\n\n"),
        result);
  }

  @Test
  void replacingTwiceChangesNothing() {
    Map<String, String> tables = Map.of("first", "x\n");
    String once = MarkedTables.replace("x.md", DOCUMENT, tables);
    assertEquals(once, MarkedTables.replace("x.md", once, tables));
  }

  @Test
  void namesTheTableThatHasNoPlace() {
    InputException e =
        assertThrows(
            InputException.class,
            () -> MarkedTables.replace("x.md", DOCUMENT, Map.of("third", "x\n")));
    assertTrue(e.getMessage().contains("x.md") && e.getMessage().contains("third"));
  }

  @Test
  void theBenchmarksPageHasAPlaceForEachTable() throws IOException {
    Path page = Path.of(System.getProperty("p2vit.root"), "docs", "benchmarks.md");
    Map<String, String> tables = new HashMap<>();
    for (Benchmarks.Table t : Benchmarks.Table.values()) {
      tables.put(t.id(), "x\n");
    }
    MarkedTables.replace("benchmarks.md", Files.readString(page), tables);
  }
}
