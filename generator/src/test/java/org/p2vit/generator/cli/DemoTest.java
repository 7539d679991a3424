package org.p2vit.generator.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoTest {
  @TempDir static Path out;
  private static CommandLineRun demo;

  @BeforeAll
  static void runDemo() {
    demo = CommandLineRun.of("demo", "--out", out, "--rtl-images", 4);
  }

  @Test
  void wholePathIsBitExactAndAccurate() throws IOException {
    assertEquals(0, demo.exitCode(), demo.out() + demo.err());
    JsonNode report = new ObjectMapper().readTree(out.resolve("report.json").toFile());
    assertTrue(report.get("bitExact").booleanValue());
    assertEquals(4, report.get("images").intValue());
    assertTrue(
        report.get("accuracyQuantized").doubleValue()
            >= report.get("accuracyFloat").doubleValue() - 0.005,
        report::toString);
    double utilization = report.get("macUtilization").doubleValue();
    assertTrue(utilization > 0.8 && utilization <= 1, report::toString);
    assertTrue(report.get("cyclesPerImage").doubleValue() > 0);
  }

  @Test
  void verifyDrawsWhatTheDesignDoesWhen() throws Exception {
    Path picture = out.resolve("a new folder").resolve("timeline.svg");
    Path json = out.resolve("verify.json");
    CommandLineRun run =
        CommandLineRun.of(
            "verify",
            out.resolve("model"),
            "--arch",
            out.resolve("design/arch.json"),
            "--images",
            out.resolve("evaluation-images-idx3-ubyte.gz"),
            "--work",
            out.resolve("work"),
            "--timeline",
            picture,
            "--timeline-from",
            1000,
            "--json",
            json);
    assertEquals(0, run.exitCode(), run.out() + run.err());
    DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(picture.toFile());
    String svg = Files.readString(picture);
    assertTrue(svg.contains("blocks.2.context, head 3 (job "), "no such job");
    assertTrue(svg.contains("cycles 1,000 to "), "no such excerpt");
    assertTrue(svg.length() < 500_000, svg.length() + " bytes");
    JsonNode stalls = new ObjectMapper().readTree(json.toFile()).get("stalls");
    assertTrue(stalls.size() > 1, stalls::toString);
    assertTrue(
        stalls.get(0).get("cycles").longValue() >= stalls.get(1).get("cycles").longValue(),
        stalls::toString);
    assertTrue(run.out().contains("Longest stalls of the array"), run.out());
  }
}
