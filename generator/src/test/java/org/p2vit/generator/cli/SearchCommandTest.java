package org.p2vit.generator.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.p2vit.generator.search.LayerGroup;
import org.p2vit.model.QuantizedModel;
import org.p2vit.model.io.ModelFiles;
import org.w3c.dom.Document;

/** Searches of the demonstration's network. */
class SearchCommandTest {
  private static final Path DEMO =
      Path.of(System.getProperty("p2vit.root", ".."))
          .resolve("generator/src/main/resources/org/p2vit/demo");
  private static final Path IMAGES = DEMO.resolve("evaluation-images-idx3-ubyte.gz");
  private static final Path LABELS = DEMO.resolve("evaluation-labels-idx1-ubyte.gz");
  private static final Path CALIBRATION = DEMO.resolve("calibration-images-idx3-ubyte.gz");
  private static final ObjectMapper MAPPER = new ObjectMapper();

  @TempDir static Path directory;

  private static Path found;

  @BeforeAll
  static void search() {
    found = directory.resolve("found");
    CommandLineRun run = CommandLineRun.of(arguments(found, "--max-mean-bits", 4.6));
    assertEquals(0, run.exitCode(), run.err());
    assertTrue(run.out().contains("On 260 other images"), run.out());
  }

  private static Object[] arguments(Path out, Object... more) {
    List<Object> all =
        new ArrayList<>(
            List.of(
                "search",
                DEMO.resolve("vit-mnist.onnx"),
                "--images",
                IMAGES,
                "--labels",
                LABELS,
                "--count",
                300,
                "--search-count",
                40,
                "--calibration",
                CALIBRATION,
                "--calibration-count",
                16,
                "--mean",
                0.1307,
                "--std",
                0.3081,
                "--out",
                out));
    all.addAll(Arrays.asList(more));
    if (!all.contains("--evaluations")) {
      all.addAll(List.of("--evaluations", 40));
    }
    return all.toArray();
  }

  @Test
  void keepsToTheBudgetInTheModelItWrites() throws IOException {
    JsonNode summary = MAPPER.readTree(found.resolve("search.json").toFile());
    assertEquals("mean bits", summary.at("/budget/unit").asText());
    double used = summary.at("/budget/used").doubleValue();
    assertTrue(used > 4.3 && used <= 4.6, used + " mean bits");
    QuantizedModel model = ModelFiles.read(found);
    List<LayerGroup> groups = LayerGroup.of(model.shape());
    double bits = 0;
    double macs = 0;
    for (int g = 0; g < groups.size(); g++) {
      JsonNode group = summary.get("groups").get(g);
      assertEquals(groups.get(g).name(), group.get("name").asText());
      assertTrue(group.get("sensitivity").doubleValue() > 0, group.toString());
      bits += group.get("weightBits").intValue() * (double) groups.get(g).macs();
      macs += groups.get(g).macs();
    }
    assertEquals(used, bits / macs, 1e-9);
    int fc1 = summary.at("/groups/3/weightBits").intValue();
    assertEquals(fc1, model.blocks().get(0).mlp().fc1().weightBits());
    int qkv = summary.at("/groups/1/weightBits").intValue();
    assertEquals(qkv, model.blocks().get(0).attention().key().weightBits());
    assertEquals(260, summary.at("/results/0/measured/images").intValue());
    assertTrue(Files.size(found.resolve("report.html")) > 50_000);
  }

  @Test
  void drawsAllThatItMeasured() throws Exception {
    Document svg =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(found.resolve("front.svg").toFile());
    int evaluations =
        MAPPER.readTree(found.resolve("search.json").toFile()).get("evaluations").intValue();
    assertTrue(evaluations >= 40, evaluations + " evaluations");
    long points =
        IntStream.range(0, svg.getElementsByTagName("circle").getLength())
            .mapToObj(i -> svg.getElementsByTagName("circle").item(i).getAttributes())
            .filter(a -> a.getNamedItem("class").getNodeValue().equals("point"))
            .count();
    // The model that was quantized for its bits is another point; divergence and top-1 are drawn.
    assertEquals(2 * (evaluations + 1), points);
  }

  /** Killed in the middle of the 21st evaluation, it ends as if it had not been. */
  @Test
  void goesOnAfterAnInterruption() throws IOException {
    Path again = Files.createDirectory(directory.resolve("again"));
    List<String> lines = Files.readAllLines(found.resolve("evaluations.jsonl"));
    String torn = String.join("\n", lines.subList(0, 21)) + "\n" + lines.get(21).substring(0, 9);
    Files.writeString(again.resolve("evaluations.jsonl"), torn);
    Files.copy(found.resolve("sensitivity.json"), again.resolve("sensitivity.json"));
    CommandLineRun run = CommandLineRun.of(arguments(again, "--max-mean-bits", 4.6));
    assertEquals(0, run.exitCode(), run.err());
    for (String file :
        new String[] {"evaluations.jsonl", "model.json", "search.json", "front.svg"}) {
      assertEquals(-1, Files.mismatch(found.resolve(file), again.resolve(file)), file);
    }
  }

  /** What was measured serves a search with another budget too; cycles are the budget here. */
  @Test
  void usesEvaluationsForAnotherBudget() throws IOException {
    Path other = Files.createDirectory(directory.resolve("other"));
    for (String file : new String[] {"evaluations.jsonl", "sensitivity.json"}) {
      Files.copy(found.resolve(file), other.resolve(file));
    }
    long before = Files.lines(other.resolve("evaluations.jsonl")).count();
    CommandLineRun run =
        CommandLineRun.of(
            arguments(
                other, "--max-cycles", 25_000, "--macs", 128, "--seed", 2, "--evaluations", 15));
    assertEquals(0, run.exitCode(), run.err());
    JsonNode summary = MAPPER.readTree(other.resolve("search.json").toFile());
    assertTrue(summary.at("/budget/used").doubleValue() <= 25_000, summary.toString());
    List<String> lines = Files.readAllLines(other.resolve("evaluations.jsonl"));
    assertTrue(lines.size() > before, "nothing new");
    long distinct =
        lines.stream().skip(1).map(l -> l.replaceAll("\"right.*", "")).distinct().count();
    assertEquals(lines.size() - 1, distinct);
  }

  @Test
  void refusesTheFolderOfAnotherSearch() throws IOException {
    Path other = Files.createDirectory(directory.resolve("mixed-up"));
    Files.copy(found.resolve("evaluations.jsonl"), other.resolve("evaluations.jsonl"));
    CommandLineRun run =
        CommandLineRun.of(arguments(other, "--max-mean-bits", 4.6, "--first", 100));
    expectError(run, "'images' differs");
    assertFalse(run.err().contains("quantize"), "before any work: " + run.err());
    assertFalse(Files.exists(other.resolve("model.json")));
  }

  @Test
  void impossibleBudgetsNameTheNearest() {
    expectError(
        CommandLineRun.of(arguments(directory.resolve("x"), "--max-mean-bits", 3.5)), "4.000");
    expectError(
        CommandLineRun.of(arguments(directory.resolve("x"), "--max-bytes", 1000)),
        "least possible is 100,192");
    expectError(
        CommandLineRun.of(arguments(directory.resolve("x"), "--max-cycles", 10, "--macs", 128)),
        "cycles cannot be had; the least possible is");
  }

  @Test
  void missingLabelsAreNamed() {
    CommandLineRun run =
        CommandLineRun.of(
            "search",
            DEMO.resolve("vit-mnist.onnx"),
            "--images",
            IMAGES,
            "--calibration",
            CALIBRATION,
            "--mean",
            0.1307,
            "--std",
            0.3081,
            "--max-mean-bits",
            4.6,
            "--out",
            directory.resolve("x"));
    expectError(run, "has no label");
  }

  @Test
  void needsExactlyOneBudget() {
    assertEquals(2, CommandLineRun.of(arguments(directory.resolve("x"))).exitCode());
    assertEquals(
        2,
        CommandLineRun.of(
                arguments(directory.resolve("x"), "--max-mean-bits", 5, "--max-bytes", 100_000))
            .exitCode());
  }

  private static void expectError(CommandLineRun run, String part) {
    assertNotEquals(0, run.exitCode());
    assertTrue(run.err().contains(part), run.err());
    assertFalse(run.err().contains("\tat "), run.err());
    assertFalse(run.err().contains("defect"), run.err());
  }
}
