package org.p2vit.generator.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import picocli.CommandLine.ParameterException;

/** Command lines in the documentation are understood, and its links lead somewhere. */
class DocumentationTest {
  private static final Path ROOT = Path.of(System.getProperty("p2vit.root", ".."));

  /** In a block of code, to the end of the line; in the text, to the end of the code. */
  private static final Pattern COMMAND = Pattern.compile("\\./p2vit ([^`)\\n]*)");

  private static final Pattern LINK = Pattern.compile("\\]\\(([^)#]*)(?:#([^)]*))?\\)");
  private static final Pattern HEADING = Pattern.compile("(?m)^#+ (.*)$");

  @Test
  void commandLinesAreUnderstood() throws IOException {
    List<String> wrong = new ArrayList<>();
    int commands = 0;
    for (Path document : documents()) {
      Matcher m = COMMAND.matcher(Files.readString(document).replaceAll("\\\\\\n\\s*", " "));
      while (m.find()) {
        String line = m.group(1).replaceFirst(" +#.*| *[<>|].*", "").strip();
        if (line.contains("[") || line.startsWith("COMMAND")) {
          continue; // a synopsis
        }
        commands++;
        try {
          P2vitCommand.commandLine().parseArgs(words(line));
        } catch (ParameterException e) {
          wrong.add(document + ": p2vit " + line + ": " + e.getMessage());
        }
      }
    }
    assertEquals(List.of(), wrong);
    assertTrue(commands > 50, "only " + commands + " found");
  }

  /** As a shell makes them. */
  private static String[] words(String line) {
    return Pattern.compile("(?:[^\\s\"]|\"[^\"]*\")+")
        .matcher(line)
        .results()
        .map(r -> r.group().replace("\"", ""))
        .toArray(String[]::new);
  }

  @Test
  void linksLeadSomewhere() throws IOException {
    List<String> broken = new ArrayList<>();
    for (Path document : documents()) {
      Matcher m = LINK.matcher(Files.readString(document));
      while (m.find()) {
        String place = m.group(1);
        if (!place.startsWith("http") && !leads(document, place, m.group(2))) {
          broken.add(document + ": " + m.group());
        }
      }
    }
    assertEquals(List.of(), broken);
  }

  private static boolean leads(Path document, String place, String anchor) throws IOException {
    Path target = place.isEmpty() ? document : document.resolveSibling(place);
    return Files.exists(target)
        && (anchor == null
            || HEADING
                .matcher(Files.readString(target))
                .results()
                .anyMatch(h -> anchor(h.group(1)).equals(anchor)));
  }

  /** As GitHub makes it. */
  private static String anchor(String heading) {
    return heading.toLowerCase(Locale.ROOT).replaceAll("[^\\w\\- ]", "").replace(' ', '-');
  }

  private static List<Path> documents() throws IOException {
    try (Stream<Path> docs = Files.list(ROOT.resolve("docs"))) {
      List<Path> all = new ArrayList<>(docs.filter(f -> f.toString().endsWith(".md")).toList());
      all.add(ROOT.resolve("README.md"));
      all.add(ROOT.resolve("synth-scripts/README.md"));
      return all;
    }
  }
}
