package org.p2vit.synth.area;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.p2vit.synth.EmittedFolder;
import org.p2vit.synth.ResultCache;
import org.p2vit.verif.BuildProgress;

class CaseTablesTest {
  private static final int BITS = 7;

  @TempDir Path directory;

  /** By Yosys' SAT solver, for a random table with gaps and a default. */
  @Test
  void aTableStaysTheSame() throws Exception {
    long seed = new Random().nextLong();
    String source = table(new Random(seed), "Table");
    String balanced = CaseTables.balanced(source);
    assertFalse(balanced.contains("casez"), balanced);
    Files.writeString(directory.resolve("a.sv"), source);
    Files.writeString(directory.resolve("b.sv"), balanced.replace("module Table", "module Other"));
    String script =
        "read_verilog -sv a.sv b.sv; proc; memory; miter -equiv -flatten Table Other m; sat -verify -prove"
            + " trigger 0 m";
    Process yosys =
        new ProcessBuilder("yosys", "-q", "-p", script)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .start();
    String output = new String(yosys.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, yosys.waitFor(), "seed " + seed + ": " + output);
  }

  @Test
  void aTableIsShallow() throws IOException {
    Files.writeString(directory.resolve("Table.sv"), table(new Random(1), "Table"));
    Files.writeString(directory.resolve("Table.f"), "Table.sv\n");
    AreaEstimate e =
        new AreaEstimator(new ResultCache(directory.resolve("cache")), 1)
            .estimate(EmittedFolder.open(directory), 6, BuildProgress.NONE);
    int levels = e.criticalPath().orElseThrow().levels();
    assertTrue(levels <= 3, levels + " levels");
  }

  @Test
  void otherFormsAreLeftAlone() {
    String wild = table(new Random(2), "T").replaceFirst("7'b0", "7'b?");
    assertEquals(wild, CaseTables.balanced(wild));
    String gaps = table(new Random(2), "T").replaceFirst("default:\\s*t = [^;]*;", "");
    assertEquals(gaps, CaseTables.balanced(gaps));
  }

  private static String table(Random random, String name) {
    StringBuilder text =
        new StringBuilder(
            "module " + name + "(\n  input [6:0] at,\n  output [8:0] out\n);\n\n  reg [8:0] t;\n");
    text.append("  always_comb begin\n    casez (at)\n");
    for (int i = 0; i < 1 << BITS; i++) {
      if (i == 0 || random.nextInt(4) > 0) {
        String code = Integer.toBinaryString(i + (1 << BITS)).substring(1);
        text.append(String.format("      7'b%s:%n        t = 9'h%x;%n", code, random.nextInt(512)));
      }
    }
    text.append("      default:\n        t = 9'h5;\n    endcase\n  end // always_comb\n");
    return text.append("  assign out = t;\nendmodule\n").toString();
  }
}
