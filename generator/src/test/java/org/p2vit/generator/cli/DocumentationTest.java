package org.p2vit.generator.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine.ParameterException;

/** Command lines and programs in the documentation are understood, and its links lead somewhere. */
class DocumentationTest {
  private static final Path ROOT = Path.of(System.getProperty("p2vit.root", ".."));

  /** In a block of code, to the end of the line; in the text, to the end of the code. */
  private static final Pattern COMMAND = Pattern.compile("\\./p2vit ([^`)\\n]*)");

  /** Of the program in README.md. */
  private static final List<String> IMPORTS =
      List.of(
          "java.nio.file.Path",
          "org.p2vit.P2vit",
          "org.p2vit.generator.*",
          "org.p2vit.generator.fit.*",
          "org.p2vit.generator.verify.*",
          "org.p2vit.golden.*",
          "org.p2vit.image.*",
          "org.p2vit.model.*",
          "org.p2vit.onnx.*",
          "org.p2vit.quantize.Progress",
          "org.p2vit.quantize.QuantizeOptions",
          "org.p2vit.rtl.Architecture");

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
  void theProgramOfTheReadmeCompiles(@TempDir Path directory) throws IOException {
    String readme = Files.readString(ROOT.resolve("README.md"));
    Matcher block = Pattern.compile("```java\\n(.*?)```", Pattern.DOTALL).matcher(readme);
    assertTrue(block.find());
    StringBuilder source = new StringBuilder();
    for (String name : IMPORTS) {
      source.append("import ").append(name).append(";\n");
    }
    source.append("class Readme { void run() throws Exception {\n");
    source.append(block.group(1)).append("}}\n");
    Path file = Files.writeString(directory.resolve("Readme.java"), source);
    ByteArrayOutputStream messages = new ByteArrayOutputStream();
    int result =
        ToolProvider.getSystemJavaCompiler()
            .run(
                null,
                messages,
                messages,
                "-cp",
                System.getProperty("java.class.path"),
                "-proc:none",
                file.toString());
    assertEquals(0, result, messages.toString(StandardCharsets.UTF_8));
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
