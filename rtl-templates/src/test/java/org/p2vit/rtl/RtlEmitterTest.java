package org.p2vit.rtl;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.p2vit.model.InputException;

/** What is emitted, and that Verilator and Yosys take it. */
class RtlEmitterTest {
  private static final Pattern MODULE = Pattern.compile("(?m)^\\s*module\\s+(\\w+)");
  private static final RtlEmitter EMITTER = RtlEmitter.create();

  @TempDir Path directory;

  private static final Architecture.Buffers BUFFERS =
      new Architecture.Buffers(64, 64, 128, 48, 2, 8, 3, 4, 16, 32);

  private static final Architecture SMALL =
      new Architecture(
          2, 4, 8, 8, 1, 4, 4, 16, 7, 64, 64, 16, 2, new Architecture.Axi(64, 40, 16, 4), BUFFERS);

  private static final Architecture NARROW =
      new Architecture(
          1, 2, 4, 2, 1, 2, 2, 12, 3, 100, 30, 9, 1, new Architecture.Axi(32, 32, 1, 1), BUFFERS);

  private static final Architecture WIDE =
      new Architecture(
          8,
          8,
          8,
          32,
          4,
          4,
          8,
          16,
          7,
          768,
          192,
          197,
          4,
          new Architecture.Axi(256, 64, 64, 8),
          BUFFERS);

  static Stream<Architecture> architectures() {
    return Stream.of(SMALL, NARROW, WIDE);
  }

  @Test
  void sameInputSameBytes() throws IOException {
    EmittedRtl first = EMITTER.emit(SMALL, directory.resolve("first"));
    EmittedRtl second = EMITTER.emit(SMALL, directory.resolve("elsewhere/second"));
    assertEquals(first.files(), second.files());
    assertTrue(first.files().contains("P2vit.sv"), first.files().toString());
    List<String> all = new ArrayList<>(first.files());
    all.add(first.fileList());
    all.add(first.waivers());
    for (String file : all) {
      byte[] bytes = Files.readAllBytes(first.directory().resolve(file));
      assertArrayEquals(bytes, Files.readAllBytes(second.directory().resolve(file)), file);
      String text = new String(bytes, StandardCharsets.UTF_8);
      assertFalse(text.contains(directory.toString()), file + " names the directory");
    }
    assertEquals(
        all.stream().sorted().toList(), listing(first.directory()), "nothing else is left behind");
  }

  @Test
  void oneModuleAFileAndAllInTheList() throws IOException {
    EmittedRtl rtl = EMITTER.emit(SMALL, directory);
    for (String file : rtl.files()) {
      Matcher modules = MODULE.matcher(Files.readString(directory.resolve(file)));
      assertTrue(modules.find(), file + " has no module");
      assertEquals(file, modules.group(1) + ".sv");
      assertFalse(modules.find(), file + " has a second module");
    }
    assertEquals(rtl.files(), Files.readAllLines(directory.resolve(rtl.fileList())));
    for (String buffer :
        List.of(
            "Activation",
            "Weight",
            "Residual",
            "Value",
            "Score",
            "ScoreMax",
            "Code",
            "Parameter",
            "NormParameter")) {
      assertTrue(rtl.files().contains("Buffer" + buffer + ".sv"), "no Buffer" + buffer);
    }
  }

  @ParameterizedTest
  @MethodSource("architectures")
  void verilatorAndYosysTakeTheWhole(Architecture architecture) throws Exception {
    takenByTools(EMITTER.emit(architecture, directory));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "MatMul",
        "Softmax",
        "Shifter",
        "LayerNorm",
        "Load",
        "Store",
        "Controller",
        "BufferWeight"
      })
  void verilatorAndYosysTakeAnyPartAlone(String module) throws Exception {
    EmittedRtl rtl = EMITTER.emitChunk(SMALL, module, directory);
    assertEquals(module, rtl.top());
    assertFalse(rtl.files().contains("P2vit.sv"));
    takenByTools(rtl);
  }

  private static void takenByTools(EmittedRtl rtl) throws Exception {
    run(
        rtl.directory(),
        "verilator",
        "--lint-only",
        "-Wall",
        "--top-module",
        rtl.top(),
        rtl.waivers(),
        "-f",
        rtl.fileList());
    String script =
        "read_verilog -sv "
            + String.join(" ", rtl.files())
            + "; hierarchy -check -top "
            + rtl.top()
            + "; proc; check -assert";
    run(rtl.directory(), "yosys", "-q", "-e", ".*", "-p", script);
  }

  /** Runs a tool, which must say nothing. */
  private static void run(Path directory, String... command) throws Exception {
    Process process =
        new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int status = process.waitFor();
    assertEquals("", output, String.join(" ", command));
    assertEquals(0, status, String.join(" ", command));
  }

  @ParameterizedTest
  @ValueSource(strings = {"NoSuchChunk", "Architecture", "LoadIO", "AxiPort", "../P2vit", ""})
  void refusesWhatIsNoTemplate(String name) {
    InputException e =
        assertThrows(InputException.class, () -> EMITTER.emitChunk(SMALL, name, directory));
    assertTrue(e.getMessage().contains("'" + name + "'"), e.getMessage());
    assertTrue(e.getMessage().contains("MatMul"), e.getMessage());
  }

  @Test
  void refusesADirectoryThatCannotBeWritten() throws IOException {
    Path file = Files.writeString(directory.resolve("file"), "");
    InputException e =
        assertThrows(
            InputException.class,
            () -> EMITTER.emitChunk(SMALL, "BufferCode", file.resolve("rtl")));
    assertTrue(e.getMessage().contains(file.resolve("rtl").toString()), e.getMessage());
  }

  private static List<String> listing(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(f -> f.getFileName().toString()).sorted().toList();
    }
  }
}
