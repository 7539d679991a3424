package org.p2vit.verif;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.p2vit.model.InputException;

class VerilatorBuildTest {
  private static final BuildRequest.Source DESIGN =
      BuildRequest.Source.of(
          "Counter.sv",
          """
          module Counter(input clock, input reset, output reg [7:0] value);
            always @(posedge clock) value <= reset ? 8'd0 : value + 8'd3;
          endmodule
          """);
  private static final BuildRequest.Source HARNESS =
      BuildRequest.Source.of(
          "main.cpp",
          """
          #include <cstdio>
          #include "Vtop.h"
          int main() {
            Vtop top;
            for (int i = 0; i < 6; i++) {
              top.reset = i == 0;
              top.clock = 0;
              top.eval();
              top.clock = 1;
              top.eval();
            }
            std::printf("%d", top.value);
          }
          """);
  // Shared, so that Verilator's library is compiled once; each test builds a design of its own.
  @TempDir static Path cache;

  private static BuildRequest request(String what) {
    return new BuildRequest(
        "Counter",
        List.of(DESIGN, BuildRequest.Source.of("comment.sv", "// " + what + "\n")),
        List.of(HARNESS),
        BuildRequest.Waveform.NONE,
        BuildRequest.Effort.QUICK,
        List.of());
  }

  @Test
  void buildsAnExecutableThatRunsTheDesign() throws Exception {
    List<String> steps = new ArrayList<>();
    Path executable =
        new VerilatorBuild(cache)
            .build(request("runs"), (step, done, total) -> steps.add(step + done + "/" + total));

    Process run = new ProcessBuilder(executable.toString()).start();
    String printed = new String(run.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals("15", printed);
    assertEquals(0, run.waitFor());
    assertTrue(steps.get(0).startsWith("verilating Counter"), steps.toString());
    assertTrue(steps.get(1).startsWith("compiling Counter0/"), steps.toString());
    assertEquals(cache, executable.getParent().getParent());
    try (Stream<Path> files = Files.list(cache)) {
      assertFalse(files.anyMatch(f -> f.getFileName().toString().startsWith("build-")));
    }
  }

  @Test
  void takesTheSecondFromTheCacheAndRebuildsWhatChanged() throws Exception {
    VerilatorBuild build = new VerilatorBuild(cache);
    Path first = build.build(request("cached"), BuildProgress.NONE);
    Path again =
        build.build(
            request("cached"),
            (step, done, total) -> {
              throw new AssertionError("built again: " + step);
            });
    assertEquals(first, again);
    assertNotEquals(first, build.build(request("changed"), BuildProgress.NONE));
  }

  @Test
  void threadsThatWantTheSameBuildItOnce() throws Exception {
    Set<Long> builders = ConcurrentHashMap.newKeySet();
    ExecutorService pool = Executors.newFixedThreadPool(3);
    try {
      List<Future<Path>> paths = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        paths.add(
            pool.submit(
                () ->
                    new VerilatorBuild(cache)
                        .build(
                            request("threads"),
                            (s, d, t) -> builders.add(Thread.currentThread().getId()))));
      }
      Path first = paths.get(0).get();
      for (Future<Path> path : paths) {
        assertEquals(first, path.get());
      }
    } finally {
      pool.shutdownNow();
    }
    assertEquals(1, builders.size());
  }

  @Test
  void aMissingToolIsNamedWithItsPackage() {
    VerilatorBuild noVerilator = new VerilatorBuild(cache, "no-such-verilator", "g++", 1);
    String message =
        assertThrows(
                InputException.class,
                () -> noVerilator.build(request("failing"), BuildProgress.NONE))
            .getMessage();
    assertTrue(message.startsWith("no-such-verilator is not installed"), message);
    assertTrue(message.contains("apt-get install verilator"), message);

    VerilatorBuild noCompiler = new VerilatorBuild(cache, "verilator", "no-such-compiler", 1);
    message =
        assertThrows(
                InputException.class,
                () -> noCompiler.build(request("failing"), BuildProgress.NONE))
            .getMessage();
    assertTrue(message.contains("apt-get install g++"), message);
  }

  @Test
  void aFailedBuildNamesItsLogAndLeavesNoEntry() throws Exception {
    BuildRequest broken =
        request("broken").withVerilog(BuildRequest.Source.of("Bad.sv", "module Bad(;"));
    String message =
        assertThrows(
                InputException.class,
                () -> new VerilatorBuild(cache).build(broken, BuildProgress.NONE))
            .getMessage();
    assertTrue(message.contains("Bad.sv:1"), message);
    Path log = Path.of(message.substring(message.indexOf("log: ") + 5));
    assertTrue(Files.readString(log).contains("%Error"), message);
    String entry = log.getFileName().toString().replace(".log", "");
    assertFalse(Files.exists(cache.resolve(entry)), entry);
  }

  @Test
  void anUnwritableCacheIsAClearError() throws Exception {
    Path file = Files.writeString(cache.resolve("file"), "not a directory");
    String message =
        assertThrows(
                InputException.class,
                () ->
                    new VerilatorBuild(file.resolve("sub"))
                        .build(request("failing"), BuildProgress.NONE))
            .getMessage();
    assertTrue(message.contains("P2VIT_CACHE"), message);
  }
}
