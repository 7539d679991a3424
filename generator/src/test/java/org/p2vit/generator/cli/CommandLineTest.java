package org.p2vit.generator.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CommandLineTest {
  @TempDir static Path directory;

  private static Path model;
  private static Path images;
  private static Path labels;
  private static Path onnx;

  @BeforeAll
  static void quantizeDemoModel() throws IOException {
    onnx = DemoFiles.copy(DemoFiles.MODEL, directory);
    images = DemoFiles.copy(DemoFiles.IMAGES, directory);
    labels = DemoFiles.copy(DemoFiles.LABELS, directory);
    Path calibration = DemoFiles.copy(DemoFiles.CALIBRATION, directory);
    model = directory.resolve("model");
    CommandLineRun run =
        CommandLineRun.of(
            "quantize",
            onnx,
            "--calibration",
            calibration,
            "--calibration-count",
            16,
            "--mean",
            0.1307,
            "--std",
            0.3081,
            "--layer-bits",
            "blocks.1.fc1=4",
            "--out",
            model);
    assertEquals(0, run.exitCode(), run.err());
  }

  @Test
  void ablateMeasuresVariants() throws IOException {
    Path json = directory.resolve("ablate.json");
    CommandLineRun run =
        CommandLineRun.of(
            "ablate",
            onnx,
            "--images",
            images,
            "--labels",
            labels,
            "--count",
            60,
            "--folds",
            3,
            "--calibration-count",
            10,
            "--mean",
            0.1307,
            "--std",
            0.3081,
            "--weight-bits",
            4,
            "--variants",
            "all,compensation",
            "--json",
            json);
    assertEquals(0, run.exitCode(), run.err());
    JsonNode results = new ObjectMapper().readTree(json.toFile());
    assertEquals(60, results.get("all").get("labelled").intValue());
    double all = results.get("all").get("divergence").doubleValue();
    double without = results.get("without compensation").get("divergence").doubleValue();
    assertTrue(all > 0 && all < 1, "divergence " + all);
    assertTrue(without > 0 && without != all, "divergence " + without);
    run =
        CommandLineRun.of(
            "ablate", onnx, "--images", images, "--mean", 0, "--std", 1, "--variants", "magic");
    assertEquals(1, run.exitCode());
    assertTrue(run.err().contains("magic") && run.err().contains("smoothing"), run.err());
    run =
        CommandLineRun.of(
            "ablate", onnx, "--images", images, "--mean", 0, "--std", 1, "--folds", 1);
    assertEquals(1, run.exitCode());
    assertTrue(run.err().contains("folds: 1; at least 2"), run.err());
  }

  @Test
  void runMeasuresAccuracyAndDumpsTensors() throws IOException {
    Path json = directory.resolve("run.json");
    Path dump = directory.resolve("dump");
    CommandLineRun run =
        CommandLineRun.of(
            "run",
            model,
            "--float",
            onnx,
            "--images",
            images,
            "--labels",
            labels,
            "--count",
            3,
            "--dump-tensors",
            dump,
            "--json",
            json);
    assertEquals(0, run.exitCode(), run.err());
    JsonNode both = new ObjectMapper().readTree(json.toFile());
    assertEquals(1.0, both.get("agreement").doubleValue());
    JsonNode result = both.get("golden");
    assertEquals(3, result.get("images").intValue());
    assertEquals(3, result.get("labelled").intValue());
    assertEquals(3, result.get("predictions").size());
    assertTrue(Files.size(dump.resolve("image-2.safetensors")) > 10_000);
  }

  @Test
  void inspectShowsTheBitsOfEachLayer() {
    CommandLineRun run = CommandLineRun.of("inspect", model);
    assertEquals(0, run.exitCode(), run.err());
    assertTrue(run.out().matches("(?s).*blocks\\.1\\.fc1 +64 x 256 +4 .*"), run.out());
    assertTrue(run.out().matches("(?s).*blocks\\.1\\.fc2 +256 x 64 +8 .*"), run.out());
  }

  @Test
  void quantizeReportsAccuracyWhereThereAreLabels() throws IOException {
    Path out = directory.resolve("reported");
    CommandLineRun run =
        CommandLineRun.of(
            "quantize",
            onnx,
            "--calibration",
            images,
            "--calibration-count",
            4,
            "--mean",
            0.1307,
            "--std",
            0.3081,
            "--images",
            images,
            "--labels",
            labels,
            "--count",
            50,
            "--report-images",
            1,
            "--json",
            directory.resolve("quantize.json"),
            "--out",
            out);
    assertEquals(0, run.exitCode(), run.err());
    assertTrue(run.out().contains("top-1, integer"), run.out());
    JsonNode report = new ObjectMapper().readTree(out.resolve("report.json").toFile());
    assertEquals(50, report.at("/accuracy/images").intValue());
    assertTrue(report.at("/accuracy/integerTop1").doubleValue() > 0.9);
    JsonNode json = new ObjectMapper().readTree(directory.resolve("quantize.json").toFile());
    assertEquals(64, json.at("/shape/dim").intValue());
    assertEquals(report.get("accuracy"), json.get("accuracy"));
    // Without labels, the report says so.
    assertTrue(Files.readString(model.resolve("report.html")).contains("not measured"));
  }

  @Test
  void quantizeNamesMissingLabelsBeforeItBegins() {
    Path out = directory.resolve("unlabelled");
    Object[] start = {"quantize", onnx, "--calibration", images, "--mean", 0.1307, "--std", 0.3081};
    List<Object> args = new ArrayList<>(List.of(start));
    args.addAll(List.of("--out", out, "--images", images));
    expectError(CommandLineRun.of(args.toArray()), "has no label");
    args.set(args.size() - 2, "--labels");
    args.set(args.size() - 1, labels);
    CommandLineRun alone = CommandLineRun.of(args.toArray());
    assertEquals(2, alone.exitCode());
    assertTrue(alone.err().contains("Missing required argument(s): --images"), alone.err());
    assertFalse(Files.exists(out));
  }

  @Test
  void generateWritesTheSameBytesTwice() throws IOException {
    Path first = directory.resolve("design-1");
    Path second = directory.resolve("design-2");
    for (Path out : new Path[] {first, second}) {
      CommandLineRun run = CommandLineRun.of("generate", model, "--macs", 64, "--out", out);
      assertEquals(0, run.exitCode(), run.err());
    }
    for (String file :
        new String[] {
          "arch.json",
          "program.bin",
          "image.bin",
          "memory-map.json",
          "p2vit.h",
          "rtl/P2vit.f",
          "rtl/P2vit.sv"
        }) {
      assertEquals(-1, Files.mismatch(first.resolve(file), second.resolve(file)), file);
    }
  }

  @Test
  void generateEmitsASingleChunk() {
    Path out = directory.resolve("chunk");
    CommandLineRun run =
        CommandLineRun.of("generate", model, "--macs", 64, "--chunk", "Softmax", "--out", out);
    assertEquals(0, run.exitCode(), run.err());
    assertTrue(Files.exists(out.resolve("Softmax.sv")));
    assertFalse(Files.exists(out.resolve("MatMul.sv")));
  }

  @Test
  void areaOfAChunk() throws IOException {
    Path out = directory.resolve("store");
    CommandLineRun made =
        CommandLineRun.of("generate", model, "--macs", 64, "--chunk", "Store", "--out", out);
    assertEquals(0, made.exitCode(), made.err());
    Path json = directory.resolve("area.json");
    CommandLineRun run = CommandLineRun.of("area", out, "--modules", "--json", json);
    assertEquals(0, run.exitCode(), run.err());
    assertTrue(run.out().contains("Area of Store in LUT6"), run.out());
    assertTrue(run.out().matches("(?s).*\\n  BurstSplitter +1 .*"), run.out());
    JsonNode area = new ObjectMapper().readTree(json.toFile());
    assertEquals("LOAD_STORE", area.at("/parts/0/part").textValue());
    assertTrue(area.at("/total/luts").longValue() > 100, area::toString);
    assertTrue(area.at("/parts/0/criticalPath/levels").intValue() > 1, area::toString);
    assertTrue(area.get("deviceFit").isNull(), area::toString);

    CommandLineRun fit = CommandLineRun.of("area", out, "--device", "zcu102", "--json", json);
    assertEquals(0, fit.exitCode(), fit.err());
    assertTrue(fit.out().contains("Fits XCZU9EG"), fit.out());
    JsonNode fitted = new ObjectMapper().readTree(json.toFile()).get("deviceFit");
    assertTrue(fitted.get("fits").booleanValue(), fitted::toString);
    expectError(
        CommandLineRun.of("area", out, "--device", "zcu102", "--lut-inputs", 4), "--lut-inputs 4");
  }

  @Test
  void unknownDeviceIsToldBeforeAnyWork() {
    Path out = directory.resolve("no-device");
    CommandLineRun run = CommandLineRun.of("generate", model, "--device", "zcu12", "--out", out);
    expectError(run, "ZCU102");
    assertFalse(Files.exists(out));
    assertTrue(CommandLineRun.of("devices").out().contains("XCZU9EG"));
  }

  @Test
  void areaNeedsADesign() {
    expectError(CommandLineRun.of("area", directory), "no file list");
    expectError(CommandLineRun.of("area", directory.resolve("nowhere")), "nowhere");
  }

  @Test
  void unknownChunkIsNamed() {
    expectError(
        CommandLineRun.of("generate", model, "--chunk", "Divider", "--out", directory.resolve("x")),
        "Divider");
  }

  @Test
  void missingModelIsNamed() {
    expectError(CommandLineRun.of("inspect", directory.resolve("nothing")), "nothing");
  }

  @Test
  void truncatedOnnxIsNamed() throws IOException {
    Path truncated = directory.resolve("truncated.onnx");
    Files.write(truncated, Arrays.copyOf(Files.readAllBytes(onnx), 100_000));
    expectError(
        CommandLineRun.of(
            "quantize",
            truncated,
            "--calibration",
            images,
            "--mean",
            0,
            "--std",
            1,
            "--out",
            directory.resolve("x")),
        "truncated.onnx");
  }

  @Test
  void weightBitsOutOfRangeAreNamed() {
    expectError(
        CommandLineRun.of(
            "quantize",
            onnx,
            "--calibration",
            images,
            "--mean",
            0,
            "--std",
            1,
            "--weight-bits",
            5,
            "--out",
            directory.resolve("x")),
        "5");
  }

  @Test
  void imagesOfAnotherSizeAreNamed() throws IOException {
    Path pixels = directory.resolve("cifar.bin");
    Files.write(pixels, new byte[3073]);
    expectError(CommandLineRun.of("run", model, "--images", pixels), "cifar.bin");
  }

  @Test
  void labelsAreAskedForOnlyWhereNeeded() {
    CommandLineRun run = CommandLineRun.of("run", model, "--images", images, "--count", 2);
    assertEquals(0, run.exitCode(), run.err());
    assertTrue(run.out().contains("no labels given"), run.out());
  }

  @Test
  void unwritableOutputIsNamed() throws IOException {
    Path file = Files.writeString(directory.resolve("a-file"), "x");
    expectError(
        CommandLineRun.of("generate", model, "--macs", 64, "--out", file.resolve("below")),
        "a-file");
  }

  @Test
  void whatATimelineLacksIsToldBeforeTheSimulation() throws IOException {
    Path file = Files.writeString(directory.resolve("no-folder"), "x");
    expectError(verify("--timeline", file.resolve("t.svg")), "no-folder");
    Path folder = Files.createDirectories(directory.resolve("folder.svg"));
    expectError(verify("--timeline", folder), "folder.svg");
    Path svg = directory.resolve("t.svg");
    expectError(
        verify("--timeline", svg, "--timeline-from", 20, "--timeline-to", 20), "--timeline-to 20");
    expectError(verify("--timeline", svg, "--timeline-from", -1), "--timeline-from -1");
    assertEquals(2, verify("--timeline-from", 20).exitCode());
    assertFalse(Files.exists(directory.resolve("no-design")));
  }

  private static CommandLineRun verify(Object... options) {
    List<Object> arguments =
        new ArrayList<>(
            List.of("verify", model, "--images", images, "--work", directory.resolve("no-design")));
    arguments.addAll(Arrays.asList(options));
    return CommandLineRun.of(arguments.toArray());
  }

  @Test
  void powerNamesWhatIsWrongBeforeAnyWork() throws IOException {
    Path vcd = directory.resolve("other.vcd");
    Files.writeString(
        vcd,
        "$scope module bench $end $var wire 1 ! clock $end $upscope $end $enddefinitions $end\n");
    Path work = directory.resolve("power");
    Object[] power = {"power", model, "--images", images, "--work", work};
    expectError(run(power, "--activity", vcd), "no scope TOP.P2vit; it has bench");
    expectError(run(power, "--activity", directory.resolve("no.vcd")), "no.vcd");
    expectError(run(power, "--timeout", 0), "--timeout 0");
    expectError(run(power, "--scale", -1), "--scale -1.0");
    expectError(run(power, "--set", "CHIP=x"), "no setting CHIP");
    expectError(run(power, "--set", "PERIOD=-1"), "PERIOD=-1: accepted is a number above 0");
    expectError(run(power, "--set", "QUEUE=few"), "QUEUE=few: accepted is a whole number");
    assertFalse(Files.exists(work), "nothing was generated");
  }

  private static CommandLineRun run(Object[] first, Object... more) {
    return CommandLineRun.of(Stream.concat(Stream.of(first), Stream.of(more)).toArray());
  }

  @Test
  void brokenArchitectureIsNamed() throws IOException {
    Path arch = Files.writeString(directory.resolve("arch-broken.json"), "{\"rows\": 3}");
    expectError(
        CommandLineRun.of("generate", model, "--arch", arch, "--out", directory.resolve("x")),
        "arch-broken.json");
  }

  @Test
  void wrongUsageExitsWithTwo() {
    assertEquals(2, CommandLineRun.of("generate", model).exitCode());
    assertEquals(2, CommandLineRun.of("fly").exitCode());
  }

  @Test
  void versionAndCompletion() {
    assertTrue(CommandLineRun.of("--version").out().startsWith("p2vit 0."));
    assertTrue(CommandLineRun.of("generate-completion").out().contains("quantize"));
  }

  private static void expectError(CommandLineRun run, String named) {
    assertEquals(1, run.exitCode(), run.out());
    assertTrue(run.err().startsWith("p2vit: error: "), run.err());
    assertTrue(run.err().contains(named), run.err());
    assertFalse(run.err().contains("\tat "), run.err());
    assertFalse(run.err().contains("java."), run.err());
    assertFalse(run.err().contains("defect"), run.err());
  }
}
