package org.p2vit.verif;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The simulation's AXI memory against a small design that copies memory to memory. */
class AxiMemoryTest {
  private static final int SLVERR = 2;
  private static final int DECERR = 3;
  private static final long IN = 0x10000;
  private static final long OUT = 0x40000;

  private static Path executable;

  /** One copy: 8-byte beats in bursts. */
  private record Copy(
      int latency,
      double stall,
      long seed,
      int outstanding,
      long source,
      long destination,
      int bursts,
      int length,
      int fault,
      long failingRead,
      long failingWrite) {

    static Copy of(int latency, double stall, long seed) {
      return new Copy(latency, stall, seed, 16, IN, OUT, 32, 15, 0, 0, 0);
    }

    Copy at(long from, long to, int newBursts) {
      return new Copy(latency, stall, seed, outstanding, from, to, newBursts, length, fault, 0, 0);
    }

    Copy withOutstanding(int n) {
      return new Copy(latency, stall, seed, n, source, destination, bursts, length, fault, 0, 0);
    }

    Copy withFault(int n) {
      return new Copy(
          latency, stall, seed, outstanding, source, destination, bursts, length, n, 0, 0);
    }

    Copy withFailures(long read, long write) {
      return new Copy(
          latency,
          stall,
          seed,
          outstanding,
          source,
          destination,
          bursts,
          length,
          fault,
          read,
          write);
    }

    Map<String, String> run() throws Exception {
      List<String> command = new ArrayList<>(List.of(executable.toString()));
      for (Object value :
          List.of(
              latency,
              stall,
              seed,
              outstanding,
              source,
              destination,
              bursts,
              length,
              fault,
              failingRead,
              failingWrite)) {
        command.add(value.toString());
      }
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertEquals(0, process.waitFor(), text);
      Map<String, String> result = new HashMap<>();
      for (String line : text.split("\n")) {
        result.put(line.substring(0, line.indexOf('=')), line.substring(line.indexOf('=') + 1));
      }
      return result;
    }
  }

  @BeforeAll
  static void build() {
    BuildRequest request =
        new BuildRequest(
            "AxiCopy",
            List.of(BuildRequest.Source.resource(AxiMemoryTest.class, "AxiCopy.sv")),
            List.of(
                BuildRequest.Source.resource(AxiMemoryTest.class, "axi_copy.cpp"),
                BuildRequest.Source.resource(Simulator.class, "axi_memory.h"),
                BuildRequest.Source.resource(Simulator.class, "axi_memory.cpp")),
            BuildRequest.Waveform.NONE,
            BuildRequest.Effort.QUICK,
            List.of());
    executable = new VerilatorBuild().build(request, BuildProgress.NONE);
  }

  @Test
  void keepsFullBandwidthWhateverTheLatency() throws Exception {
    for (int latency : new int[] {1, 10, 100}) {
      Map<String, String> result = Copy.of(latency, 0, 1).run();
      assertCopied(result, "latency " + latency);
      int cycles = Integer.parseInt(result.get("cycles"));
      int least = 32 * 16 + 2 * latency;
      assertTrue(cycles >= least && cycles <= least + 12, "latency " + latency + ": " + cycles);
    }
  }

  @Test
  void fewOutstandingRequestsCostBandwidth() throws Exception {
    Map<String, String> result = Copy.of(50, 0, 1).withOutstanding(1).run();
    assertCopied(result, "one request at a time");
    int cycles = Integer.parseInt(result.get("cycles"));
    assertTrue(cycles >= 32 * (50 + 16), "only " + cycles + " cycles");
  }

  @Test
  void randomPausesSlowDownButChangeNothingAndFollowTheSeed() throws Exception {
    Random random = new Random();
    List<String> cycles = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      long seed = random.nextLong() >>> 1;
      double stall = 0.05 + 0.9 * random.nextDouble();
      Copy copy = Copy.of(1 + random.nextInt(40), stall, seed);
      Map<String, String> result = copy.run();
      assertCopied(result, copy.toString());
      assertEquals(result, copy.run(), copy.toString());
      assertTrue(
          Integer.parseInt(result.get("cycles")) > 32 * 16 * (1 + stall / 2), copy.toString());
      cycles.add(result.get("cycles"));
    }
    assertNotEquals(1, cycles.stream().distinct().count());
  }

  @Test
  void accessesOutsideTheMemoryGetDecodeErrors() throws Exception {
    Map<String, String> read = Copy.of(5, 0.2, 3).at(IN + 0x10000 - 128, OUT, 2).run();
    assertEquals("1", read.get("failed"));
    assertEquals("" + DECERR, read.get("response"));
    Map<String, String> write = Copy.of(5, 0.2, 3).at(IN, OUT + 0x10000 - 128, 2).run();
    assertEquals("1", write.get("failed"));
    assertEquals("" + DECERR, write.get("response"));
    assertEquals("16", write.get("changed"), "what lies inside is written");
    assertEquals("1", write.get("done"));
  }

  @Test
  void aReadOnlyRegionRefusesWrites() throws Exception {
    Map<String, String> result = Copy.of(5, 0, 1).at(IN, IN + 0x8000, 4).run();
    assertEquals("1", result.get("failed"));
    assertEquals("" + SLVERR, result.get("response"));
  }

  @Test
  void injectedErrorsAnswerTheirBeatOnly() throws Exception {
    Map<String, String> read = Copy.of(5, 0.3, 9).withFailures(IN + 5 * 8, 0).run();
    assertEquals("1", read.get("failed"));
    assertEquals("" + SLVERR, read.get("response"));
    assertEquals("1", read.get("done"));
    Map<String, String> write = Copy.of(5, 0.3, 9).withFailures(0, OUT + 7 * 8).run();
    assertEquals("1", write.get("failed"));
    assertEquals("" + SLVERR, write.get("response"));
    assertEquals("" + (32 * 16 - 1), write.get("changed"));
  }

  @Test
  void readsOfDifferentIdsOvertakeEachOtherOnlyWithPauses() throws Exception {
    assertCopied(Copy.of(20, 0, 1).withFault(5).run(), "no pauses");
    Map<String, String> result = Copy.of(20, 0.3, 1).withFault(5).run();
    assertEquals("1", result.get("done"));
    assertEquals("0", result.get("failed"));
    assertEquals("0", result.get("equal"));
    assertEquals("1", result.get("merged"));
  }

  @Test
  void brokenRulesAreNoticed() throws Exception {
    assertBroken(Copy.of(5, 0.3, 9).withFault(1), "WLAST is 1 with 2 beats to go");
    assertBroken(Copy.of(5, 0.3, 9).withOutstanding(1).withFault(2), "valid dropped");
    assertBroken(Copy.of(5, 0.5, 9).withFault(3), "W changed");
    assertBroken(Copy.of(5, 0.3, 9).withFault(4), "burst type");
    assertBroken(Copy.of(5, 0.3, 9).at(IN + 0x1000 - 64, OUT, 1), "crosses 4 KiB");
    assertBroken(Copy.of(5, 0.3, 9).at(IN + 4, OUT, 1), "not aligned");
  }

  private static void assertBroken(Copy copy, String rule) throws Exception {
    Map<String, String> result = copy.run();
    assertTrue(
        result.getOrDefault("protocol", "nothing noticed").contains(rule), result.toString());
  }

  private static void assertCopied(Map<String, String> result, String what) {
    assertEquals("1", result.get("done"), what);
    assertEquals("0", result.get("failed"), what);
    assertEquals("1", result.get("equal"), what);
    assertEquals("1", result.get("idle"), what);
  }
}
