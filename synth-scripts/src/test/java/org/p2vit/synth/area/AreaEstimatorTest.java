package org.p2vit.synth.area;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.p2vit.model.InputException;
import org.p2vit.rtl.Architecture;
import org.p2vit.rtl.EmittedRtl;
import org.p2vit.rtl.RtlEmitter;
import org.p2vit.synth.EmittedFolder;
import org.p2vit.synth.ResultCache;
import org.p2vit.synth.circt.BoundaryModel;
import org.p2vit.synth.circt.CirctTools;
import org.p2vit.synth.circt.HwDesign;
import org.p2vit.verif.BuildProgress;

class AreaEstimatorTest {
  private static final Architecture SMALL =
      new Architecture(
          2,
          4,
          4,
          4,
          1,
          2,
          2,
          16,
          7,
          64,
          64,
          16,
          2,
          new Architecture.Axi(32, 32, 16, 4),
          new Architecture.Buffers(64, 64, 128, 48, 2, 8, 3, 4, 16, 32));

  @TempDir Path directory;

  @Test
  void countsEveryInstanceAndFollowsPathsThroughModules() throws IOException {
    AreaEstimate e = estimate(sources("Chain", "Chain.sv", "Leaf.sv", "ram_32x9.sv"), 6);
    assertEquals(List.of(), e.unsynthesized());
    assertEquals(2, module(e, "Leaf").instances());
    assertEquals(1, module(e, "Leaf").logic().luts());
    assertEquals(2, e.total().luts());
    assertEquals(10 + 1 + 5 + 9, e.total().registers());
    assertEquals(32 * 9, e.total().distributedMemoryBits());
    assertEquals(0, e.total().blockMemoryBits());
    assertEquals(new CriticalPath(2, "held", "out"), unindexed(e.criticalPath().orElseThrow()));
  }

  /** The memory's five address bits take two levels of four-input LUTs, the leaves two each. */
  @Test
  void smallerLutsTakeMoreLevels() throws IOException {
    AreaEstimate e = estimate(sources("Chain", "Chain.sv", "Leaf.sv", "ram_32x9.sv"), 4);
    assertEquals(2, module(e, "Leaf").logic().lutLevels());
    assertTrue(e.total().luts() >= 4, "" + e.total());
    int levels = e.criticalPath().orElseThrow().levels();
    assertTrue(levels == 3 || levels == 4, "" + levels);
  }

  @Test
  void findsMultipliersAndWhatIsLeftWithoutThem() throws IOException {
    AreaEstimate e = estimate(sources("Products", "Products.sv"), 6);
    assertEquals(
        Map.of(
            new Multiplier(8, 8, true),
            1L,
            new Multiplier(5, 8, false),
            1L,
            new Multiplier(19, 32, false),
            1L),
        e.multipliers());
    // 19 x 32 is 1 x 2 parts of 27 x 18.
    assertEquals(1 + 1 + 2, e.total().dspSlices());
    long constant = e.total().lutsBesideDsp();
    assertTrue(constant > 0 && constant < 40, "times five takes " + constant + " LUTs");
    assertTrue(e.total().luts() > constant + 500, e.total()::toString);
  }

  @Test
  void aModuleThatCannotBeSynthesizedIsNamedAndTheRestCounted() throws IOException {
    AreaEstimate e = estimate(sources("WithDivider", "WithDivider.sv", "Divider.sv"), 6);
    assertEquals(1, e.unsynthesized().size());
    AreaEstimate.Unsynthesized u = e.unsynthesized().get(0);
    assertEquals("Divider", u.module());
    assertTrue(u.reason().contains("comb.divu"), u.reason());
    Path log = Path.of(u.reason().substring(u.reason().indexOf("log: ") + 5).strip());
    assertTrue(Files.readString(log).contains("comb.divu"), "the log is kept");
    assertTrue(e.total().luts() > 5, e.total()::toString);
  }

  @Test
  void whatIsKnownIsNotSynthesizedAgain() throws IOException {
    EmittedRtl rtl = sources("Chain", "Chain.sv", "Leaf.sv", "ram_32x9.sv");
    AreaEstimate first = estimate(rtl, 6);
    List<String> entries = entries();
    assertEquals(first, estimate(rtl, 6));
    assertEquals(entries, entries());
    Files.writeString(
        rtl.directory().resolve("Leaf.sv"),
        Files.readString(rtl.directory().resolve("Leaf.sv")).replace("&in", "|in"));
    estimate(rtl, 6);
    // One module, its netlist, the import, the paths; Chain only sees Leaf's ports.
    assertEquals(entries.size() + 4, entries().size());
  }

  @Test
  void aDamagedEntryIsMadeAnew() throws IOException {
    EmittedRtl rtl = sources("Chain", "Chain.sv", "Leaf.sv", "ram_32x9.sv");
    AreaEstimate first = estimate(rtl, 6);
    for (String entry : entries()) {
      Files.write(directory.resolve("cache").resolve(entry), new byte[] {31, 1, 2});
    }
    assertEquals(first, estimate(rtl, 6));
  }

  /** Module by module or all at once: circt-synth keeps the hierarchy, so the counts are equal. */
  @Test
  void sumsAreThoseOfTheWholeDesign() throws IOException {
    EmittedRtl rtl = RtlEmitter.create().emitChunk(SMALL, "Shifter", directory.resolve("Shifter"));
    AreaEstimate e = estimate(EmittedFolder.open(rtl.directory()), 6);
    assertEquals(List.of(), e.unsynthesized());
    assertTrue(e.parts().size() >= 2, "array and control: " + e.parts());

    CirctTools tools = new CirctTools();
    ResultCache cache = new ResultCache(directory.resolve("cache"));
    ImportedRtl imported = ImportedRtl.of(rtl, tools, cache);
    Path input =
        Files.writeString(
            directory.resolve("whole.mlir"),
            HwDesign.text(
                imported.design().modules().values().stream()
                    .map(
                        m ->
                            imported.memories().containsKey(m.name())
                                ? BoundaryModel.registered(m)
                                : m)
                    .toList(),
                rtl.top()));
    Path reports = directory.resolve("reports");
    List<String> arguments =
        List.of(
            input.toString(),
            "--top=Shifter",
            "--lower-to-k-lut=6",
            "--analysis-output=" + reports,
            "--analysis-output-format=json",
            "-o",
            directory.resolve("whole.out").toString());
    tools.synth().run(arguments, directory, directory.resolve("log"), Duration.ofMinutes(5));
    JsonNode usage =
        new ObjectMapper().readTree(reports.resolve("resource_usage.json").toFile()).get(0);
    assertEquals("Shifter", usage.get("moduleName").textValue());
    assertEquals(usage.at("/total/comb.truth_table").longValue(), e.total().luts());
  }

  @Test
  void refusesLutsThatThereAreNot() throws IOException {
    EmittedRtl rtl = sources("Products", "Products.sv");
    InputException e = assertThrows(InputException.class, () -> estimate(rtl, 7));
    assertTrue(e.getMessage().contains("7 inputs"), e.getMessage());
  }

  @Test
  void sourcesThatAreNoVerilogAreNamedWithALog() throws IOException {
    EmittedRtl rtl = sources("Products", "Products.sv");
    Files.writeString(rtl.directory().resolve("Products.sv"), "module Products(; endmodule\n");
    InputException e = assertThrows(InputException.class, () -> estimate(rtl, 6));
    assertTrue(e.getMessage().contains("Products.sv:1"), e.getMessage());
    assertTrue(e.getMessage().contains("log: "), e.getMessage());
  }

  private AreaEstimate estimate(EmittedRtl rtl, int lutInputs) {
    return new AreaEstimator(new ResultCache(directory.resolve("cache")), 2)
        .estimate(rtl, lutInputs, BuildProgress.NONE);
  }

  private List<String> entries() throws IOException {
    try (Stream<Path> files = Files.list(directory.resolve("cache"))) {
      return files.map(f -> f.getFileName().toString()).sorted().toList();
    }
  }

  private EmittedRtl sources(String top, String... files) throws IOException {
    Path folder = Files.createDirectories(directory.resolve(top));
    for (String file : files) {
      try (InputStream in = AreaEstimatorTest.class.getResourceAsStream(file)) {
        Files.write(folder.resolve(file), in.readAllBytes());
      }
    }
    Files.writeString(folder.resolve(top + ".f"), String.join("\n", files) + "\n");
    return EmittedFolder.open(folder);
  }

  private static AreaEstimate.Module module(AreaEstimate e, String name) {
    return e.modules().stream().filter(m -> m.name().equals(name)).findFirst().orElseThrow();
  }

  private static CriticalPath unindexed(CriticalPath path) {
    return new CriticalPath(
        path.levels(),
        path.from().replaceAll("\\[\\d+]", ""),
        path.to().replaceAll("\\[\\d+]", ""));
  }
}
