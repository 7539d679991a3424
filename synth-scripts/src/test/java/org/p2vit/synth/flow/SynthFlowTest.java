package org.p2vit.synth.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.p2vit.model.InputException;
import org.p2vit.rtl.EmittedRtl;
import org.p2vit.synth.EmittedFolder;
import org.p2vit.verif.BuildProgress;

/** The flows over a counter whose cells can be told beforehand. */
class SynthFlowTest {
  private static final Duration AT_MOST = Duration.ofMinutes(10);

  @TempDir Path directory;
  private EmittedRtl rtl;

  @BeforeEach
  void emit() throws IOException {
    Path folder = Files.createDirectories(directory.resolve("rtl"));
    Files.writeString(
        folder.resolve("Counter.sv"),
        """
        module Counter(
          input        clock,
                       reset,
          input  [7:0] a,
                       b,
          output [7:0] count,
          output [15:0] product
        );

          reg [7:0] c;
          reg [15:0] p;
          always @(posedge clock) begin
            if (reset)
              c <= 8'h0;
            else
              c <= c + 8'h1;
            p <= {8'h0, a} * {8'h0, b};
          end // always @(posedge)
          assign count = c;
          assign product = p;
        endmodule
        """);
    Files.writeString(folder.resolve("Counter.f"), "Counter.sv\n");
    rtl = EmittedFolder.open(folder);
  }

  @Test
  void xilinx() {
    FlowResult result = run(SynthFlow.XILINX, Map.of("FAMILY", "xc7"));
    assertEquals(8, result.resources().get("flip-flop") - 16 * (1 - dsp(result)));
    assertTrue(result.resources().get("CARRY") >= 2, result::toString);
    assertEquals(0, result.resources().get("RAMB18") + result.resources().get("RAMB36"));
    FlowResult without = run(SynthFlow.XILINX, Map.of("FAMILY", "xc7", "OPTIONS", "-nodsp"));
    assertEquals(0, dsp(without));
    assertEquals(24, without.resources().get("flip-flop"));
    assertTrue(without.resources().get("LUT") > 60, without::toString);
  }

  /** Yosys 0.23 spoils its own JSON from three levels on. */
  @Test
  void cellsOfADeepHierarchyAreCounted() throws IOException {
    String ports = "(input clock, input reset, input [7:0] a, output [7:0] count);\n";
    String below = "  %s %s (.clock(clock), .reset(reset), .a(a), .count(%s)%s);\n";
    Files.writeString(
        rtl.directory().resolve("Middle.sv"),
        "module Middle"
            + ports
            + below.formatted("Counter", "counter", "count", ", .b(a), .product()")
            + "endmodule\n");
    Files.writeString(
        rtl.directory().resolve("Upper.sv"),
        "module Upper" + ports + below.formatted("Middle", "middle", "count", "") + "endmodule\n");
    Files.writeString(
        rtl.directory().resolve("Top.sv"),
        "module Top"
            + ports
            + "  wire [7:0] first;\n  wire [7:0] other;\n"
            + below.formatted("Upper", "one", "first", "")
            + below.formatted("Upper", "two", "other", "")
            + "  assign count = first ^ other;\nendmodule\n");
    Files.delete(rtl.directory().resolve("Counter.f"));
    Files.writeString(
        rtl.directory().resolve("Top.f"), "Counter.sv\nMiddle.sv\nTop.sv\nUpper.sv\n");
    rtl = EmittedFolder.open(rtl.directory());
    FlowResult result = run(SynthFlow.XILINX, Map.of("OPTIONS", "-nodsp"));
    assertEquals(2 * 24, result.resources().get("flip-flop"), result::toString);
  }

  private static long dsp(FlowResult result) {
    return result.resources().get("DSP");
  }

  @Test
  void ice40IsPlacedAndRouted() {
    assumeInstalled("nextpnr-ice40", "nextpnr-ice40");
    FlowResult result = run(SynthFlow.ICE40, Map.of("DEVICE", "up5k"));
    // 24 of the design, 17 + 24 of the wrapper; less what the multiplier block holds.
    assertTrue(result.resources().get("ICESTORM_LC") >= 8 + 17 + 24, result::toString);
    assertTrue(result.resources().get("SB_IO") <= 4, result::toString);
    assertTrue(result.fmaxMhz() > 5 && result.fmaxMhz() < 300, result::toString);
    assertTrue(Files.exists(result.directory().resolve("placed.asc")));
  }

  @Test
  void ice40CountsByModule() throws IOException {
    assumeInstalled("nextpnr-ice40", "nextpnr-ice40");
    Files.writeString(
        rtl.directory().resolve("Top.sv"),
        """
        module Top(
          input clock, input reset, input [7:0] a, output [7:0] count, output [15:0] product
        );
          wire [7:0] first, second;
          Counter one (.clock(clock), .reset(reset), .a(a), .b(first), .count(first), .product());
          Counter two (.clock(clock), .reset(reset), .a(a), .b(first), .count(second), .product(product));
          assign count = first ^ second;
        endmodule
        """);
    Files.delete(rtl.directory().resolve("Counter.f"));
    Files.writeString(rtl.directory().resolve("Top.f"), "Counter.sv\nTop.sv\n");
    rtl = EmittedFolder.open(rtl.directory());
    FlowResult result = run(SynthFlow.ICE40, Map.of("MODULES", "1", "SOFT", "Counter"));
    ModuleUse counter = result.modules().get(0);
    assertEquals("Counter", counter.module());
    assertEquals(2, counter.instances());
    assertEquals(8 + 16, counter.resources().get("flip-flop"), result::toString);
    assertEquals(0, counter.resources().get("DSP"), result::toString);
    assertEquals(8, result.modules().get(1).resources().get("LUT4"), "the exclusive or of Top");
    assertEquals(48, result.resources().get("flip-flop"), "of both instances");
    assertTrue(!Files.exists(result.directory().resolve("report.json")), "not placed");
    FlowResult dsp = run(SynthFlow.ICE40, Map.of("MODULES", "1"));
    assertEquals(2, dsp.resources().get("DSP"), dsp::toString);
  }

  @Test
  void standardCellsHaveAreaTimingAndPower() {
    assumeInstalled("sta", "opensta");
    assumeTrue(
        Files.exists(Path.of("/usr/share/qflow/tech/osu018/osu018_stdcells.lib")),
        "needs the Debian package qflow-tech-osu018");
    FlowResult slow = run(SynthFlow.ASIC, Map.of());
    assertEquals(
        24,
        slow.resources().entrySet().stream()
            .filter(e -> e.getKey().startsWith("DFF"))
            .mapToLong(Map.Entry::getValue)
            .sum(),
        slow::toString);
    assertTrue(slow.areaUm2() > 24 * 90 && slow.areaUm2() < 100_000, slow::toString);
    assertTrue(slow.fmaxMhz() > 50 && slow.fmaxMhz() < 2000, slow::toString);
    FlowResult busy = run(SynthFlow.ASIC, Map.of("ACTIVITY", "0.4"));
    assertTrue(busy.powerMw() > 1.5 * slow.powerMw(), busy + " " + slow);
  }

  @Test
  void anUnknownSettingIsAnsweredWithThoseThatAreThere() {
    InputException e =
        assertThrows(InputException.class, () -> run(SynthFlow.ICE40, Map.of("CHIP", "up5k")));
    assertTrue(e.getMessage().contains("CHIP"), e.getMessage());
    assertTrue(e.getMessage().contains("DEVICE"), e.getMessage());
  }

  @Test
  void aMissingLibraryIsNamed() {
    InputException e =
        assertThrows(
            InputException.class, () -> run(SynthFlow.ASIC, Map.of("LIBERTY", "no-such.lib")));
    assertTrue(
        e.getMessage().contains("no-such.lib") || e.getMessage().contains("apt-get"),
        e.getMessage());
  }

  @Test
  void aToolThatFailsLeavesItsLog() throws IOException {
    Files.writeString(rtl.directory().resolve("Counter.sv"), "module Counter(input clock;\n");
    InputException e = assertThrows(InputException.class, () -> run(SynthFlow.XILINX, Map.of()));
    assertTrue(e.getMessage().contains("syntax error"), e.getMessage());
    Path log = Path.of(e.getMessage().substring(e.getMessage().indexOf("log: ") + 5).strip());
    assertTrue(Files.readString(log).contains("syntax error"), "the log is kept");
  }

  @Test
  void coreFileForFuseSocNamesAllSources() throws Exception {
    script("fusesoc.sh", rtl.directory().toString(), "Counter");
    List<String> core = Files.readAllLines(rtl.directory().resolve("Counter.core"));
    assertEquals("CAPI=2:", core.get(0));
    assertTrue(core.contains("      - Counter.sv"), core::toString);
    assertTrue(core.contains("    toplevel: Counter"), core::toString);
  }

  @Test
  void configurationForOpenRoadNamesAllSources() throws Exception {
    Path flow = Files.createDirectories(directory.resolve("orfs"));
    script("openroad.sh", rtl.directory().toString(), flow.toString(), "Counter", "nangate45");
    Path design = flow.resolve("designs/nangate45/Counter");
    String config = Files.readString(design.resolve("config.mk"));
    assertTrue(config.contains("DESIGN_NAME     = Counter"), config);
    assertTrue(config.contains(rtl.directory().toRealPath().resolve("Counter.sv") + " "), config);
    assertTrue(Files.readString(design.resolve("constraint.sdc")).contains("create_clock"));
  }

  private static void script(String name, String... arguments) throws Exception {
    Path flows = Path.of(System.getProperty("p2vit.root"), "synth-scripts", "flows");
    Process process =
        new ProcessBuilder(
                Stream.concat(
                        Stream.of("bash", flows.resolve(name).toString()), Stream.of(arguments))
                    .toList())
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes());
    assertEquals(0, process.waitFor(), output);
  }

  private static void assumeInstalled(String tool, String debianPackage) {
    boolean found =
        Stream.of(System.getenv("PATH").split(":"))
            .anyMatch(d -> Files.isExecutable(Path.of(d, tool)));
    assumeTrue(found, "needs the Debian package " + debianPackage);
  }

  private FlowResult run(SynthFlow flow, Map<String, String> settings) {
    return flow.run(rtl, settings, directory.resolve("out"), AT_MOST, BuildProgress.NONE);
  }
}
