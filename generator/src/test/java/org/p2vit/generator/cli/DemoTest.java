package org.p2vit.generator.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoTest {

  @Test
  void wholePathIsBitExactAndAccurate(@TempDir Path out) throws IOException {
    CommandLineRun run = CommandLineRun.of("demo", "--out", out, "--rtl-images", 4);
    assertEquals(0, run.exitCode(), run.out() + run.err());
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
}
