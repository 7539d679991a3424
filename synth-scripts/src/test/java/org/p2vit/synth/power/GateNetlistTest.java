package org.p2vit.synth.power;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.p2vit.model.InputException;
import org.p2vit.rtl.EmittedRtl;
import org.p2vit.synth.EmittedFolder;
import org.p2vit.verif.BuildProgress;
import org.p2vit.verif.BuildRequest;
import org.p2vit.verif.VerilatorBuild;

/** A multiplier in two modules, mapped to cells, simulated as cells, its energy told. */
class GateNetlistTest {
  private static final Duration AT_MOST = Duration.ofMinutes(10);
  private static final int FLIP_FLOPS = 24;

  /** Joules a cycle of a clock pin of osu018's flip-flop, without slew: its fall and its rise. */
  private static final double CLOCK_PIN = (0.006840 + 0.104) * 1e-12;

  private static final String BENCH =
      """
      #include <cstdio>
      #include <cstdlib>
      #include <cstring>
      #include "Vtop.h"
      #include "verilated.h"
      #include "verilated_vcd_c.h"
      double sc_time_stamp() { return 0; }
      int main(int, char** argv) {
        const bool busy = !strcmp(argv[2], "busy");
        Verilated::traceEverOn(true);
        Vtop top;
        VerilatedVcdC vcd;
        top.trace(&vcd, 99);
        vcd.open(argv[1]);
        unsigned a = 0, b = 0, count = 0;
        for (int i = 0; i < 1000; ++i) {
          top.clock = 0;
          top.reset = i < 2;
          if (busy) a = rand() & 255, b = rand() & 255;
          top.a = a;
          top.b = b;
          top.eval();
          vcd.dump(2 * i);
          top.clock = 1;
          top.eval();
          vcd.dump(2 * i + 1);
          count = i < 2 ? 0 : (count + 1) & 255;
          if (i > 2 && (top.product != a * b || top.count != count)) {
            fprintf(stderr, "cycle %d: %u * %u is %u, count %u\\n", i, a, b, top.product, top.count);
            return 1;
          }
        }
        vcd.close();
        return 0;
      }
      """;

  @TempDir static Path directory;
  private static EmittedRtl rtl;
  private static GateNetlist netlist;

  @BeforeAll
  static void map() throws IOException {
    for (String[] tool :
        new String[][] {{"yosys", "yosys"}, {"sta", "opensta"}, {"verilator", "verilator"}}) {
      assumeTrue(
          Stream.of(System.getenv("PATH").split(":"))
              .anyMatch(d -> Files.isExecutable(Path.of(d, tool[0]))),
          "needs the Debian package " + tool[1]);
    }
    assumeTrue(
        Files.exists(Path.of("/usr/share/qflow/tech/osu018/osu018_stdcells.lib")),
        "needs the Debian package qflow-tech-osu018");
    Path folder = Files.createDirectories(directory.resolve("rtl"));
    Files.writeString(
        folder.resolve("Multiplier.sv"),
        """
        module Multiplier(input clock, input [7:0] a, b, output [15:0] product);
          reg [15:0] p;
          always @(posedge clock) p <= {8'h0, a} * {8'h0, b};
          assign product = p;
        endmodule
        """);
    Files.writeString(
        folder.resolve("Top.sv"),
        """
        module Top(
          input clock, reset, input [7:0] a, b, output [7:0] count, output [15:0] product);
          reg [7:0] c;
          always @(posedge clock) c <= reset ? 8'h0 : c + 8'h1;
          assign count = c;
          Multiplier multiplier (.clock(clock), .a(a), .b(b), .product(product));
        endmodule
        """);
    Files.writeString(folder.resolve("Top.f"), "Multiplier.sv\nTop.sv\n");
    rtl = EmittedFolder.open(folder);
    netlist = make(Map.of());
  }

  private static GateNetlist make(Map<String, String> settings) {
    return GateNetlist.make(rtl, settings, directory.resolve("gates"), AT_MOST, BuildProgress.NONE);
  }

  /** Runs RTL or gates under Verilator; fails if they do not count and multiply. */
  private static Path simulate(EmittedRtl design, String work) throws Exception {
    BuildRequest request =
        BuildRequest.of("Top", design.paths(), BuildRequest.Source.of("bench.cpp", BENCH))
            .withWaveform(BuildRequest.Waveform.VCD)
            .withFlag("--trace-underscore"); // cells have names like _12_
    Path executable = new VerilatorBuild().build(request, BuildProgress.NONE);
    Path vcd = directory.resolve(work + (design == rtl ? "-rtl.vcd" : "-gates.vcd"));
    Process process =
        new ProcessBuilder(executable.toString(), vcd.toString(), work)
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes());
    assertEquals(0, process.waitFor(), said);
    return vcd;
  }

  private static GatePower power(Path vcd) {
    return netlist.power(Toggles.read(vcd, "TOP.Top"), vcd.toString(), AT_MOST, BuildProgress.NONE);
  }

  @Test
  void energyFollowsWhatTheGatesDo() throws Exception {
    GatePower busy = power(simulate(netlist.gates(), "busy"));
    GatePower idle = power(simulate(netlist.gates(), "idle"));
    for (GatePower p : new GatePower[] {busy, idle}) {
      assertEquals(1.0, p.annotatedShare(), "every pin is in the waveform");
      assertEquals(FLIP_FLOPS, p.flipFlops());
      assertEquals(999.5, p.cycles(), 0.5);
      // Messages of OpenSTA have three digits.
      assertEquals(FLIP_FLOPS * 1000 * CLOCK_PIN, p.total().clock(), 0.01 * p.total().clock());
    }
    Energy multiplying = busy.modules().get("multiplier");
    Energy resting = idle.modules().get("multiplier");
    assertEquals(0, resting.switching() + resting.internal(), 1e-15, "nothing changes");
    assertTrue(multiplying.switching() + multiplying.internal() > 5 * multiplying.clock());
    Energy counter = busy.modules().get("");
    assertEquals(
        idle.modules().get("").internal(), counter.internal(), 1e-3 * counter.internal(), "count");
  }

  /** Two simulators of the same gates: Verilator, and the one that follows the RTL. */
  @Test
  void gatesThatFollowTheRtlChangeAsOftenAsUnderVerilator() throws Exception {
    GateActivity followed = replay(simulate(rtl, "busy"));
    assertEquals(0, followed.different(), followed.firstDifference());
    assertEquals(1000 * FLIP_FLOPS, followed.compared());
    Toggles simulated = Toggles.read(simulate(netlist.gates(), "busy"), "TOP.Top");
    int pins = 0;
    for (Map.Entry<String, Long> pin : followed.toggles().signals().entrySet()) {
      long other = simulated.of(pin.getKey());
      assertTrue(other >= 0, pin.getKey());
      // One ends with the last edge, the other settles after it.
      assertEquals(pin.getValue(), other, 2, pin.getKey());
      pins++;
    }
    assertTrue(pins > 1000, pins + " pins");
  }

  @Test
  void aNetlistThatComputesSomethingElseIsFound() throws Exception {
    Path vcd = simulate(rtl, "busy");
    Path file = directory.resolve("gates/netlist.json");
    String right = Files.readString(file);
    try {
      String wrong = right.replaceFirst("\"type\": \"XOR2X1\"", "\"type\": \"XNOR2X1\"");
      assertTrue(!wrong.equals(right), "there is an XOR");
      Files.writeString(file, wrong);
      GateActivity followed = replay(vcd);
      assertTrue(followed.different() > 0);
      assertTrue(followed.firstDifference().startsWith("TOP.Top."), followed.firstDifference());
    } finally {
      Files.writeString(file, right);
    }
  }

  @Test
  void aWaveformOfAnotherDesignIsRefused() throws Exception {
    Path vcd = simulate(rtl, "busy");
    InputException e =
        assertThrows(
            InputException.class,
            () -> {
              try (InputStream in = Files.newInputStream(vcd)) {
                netlist.replay(in, "TOP.Other");
              }
            });
    assertTrue(e.getMessage().contains("no signal TOP.Other."), e.getMessage());
  }

  private static GateActivity replay(Path vcd) throws IOException {
    try (InputStream in = Files.newInputStream(vcd)) {
      return netlist.replay(in, "TOP.Top");
    }
  }

  @Test
  void waveformsOfSomethingElseAreRefused() throws Exception {
    Path vcd = directory.resolve("rtl.vcd");
    String clock = "$scope module Top $end $var wire 1 ! clock $end $upscope $end\n";
    Files.writeString(vcd, clock + "$enddefinitions $end\n#0\n0!\n#1\n1!\n#2\n0!\n");
    Toggles onlyClock = Toggles.read(vcd, "Top");
    InputException e =
        assertThrows(
            InputException.class,
            () -> netlist.power(onlyClock, "rtl.vcd", AT_MOST, BuildProgress.NONE));
    assertTrue(
        e.getMessage().contains("rtl.vcd has none of") && e.getMessage().contains("gates.v"),
        e.getMessage());
    InputException noClock =
        assertThrows(
            InputException.class,
            () -> netlist.power(new Toggles(Map.of()), "rtl.vcd", AT_MOST, BuildProgress.NONE));
    assertTrue(noClock.getMessage().contains("no signal clock"), noClock.getMessage());
  }

  @Test
  void whatIsThereIsTakenUnlessSomethingChanged() throws Exception {
    Path gates = directory.resolve("gates/gates.v");
    FileTime made = Files.getLastModifiedTime(gates);
    make(Map.of());
    assertEquals(made, Files.getLastModifiedTime(gates));
    InputException e =
        assertThrows(InputException.class, () -> make(Map.of("LIBERTY", "no-such.lib")));
    assertTrue(e.getMessage().contains("no-such.lib"), e.getMessage());
  }
}
