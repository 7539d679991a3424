package org.p2vit.generator.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.p2vit.model.RandomModels;
import org.p2vit.model.VitShape;
import org.p2vit.model.io.ModelFiles;
import picocli.CommandLine;

/** What a command can know to be wrong, it says before it works; nothing is written. */
class EarlyErrorsTest {
  @TempDir static Path directory;

  private static Path onnx;
  private static Path images;
  private static Path model;

  /** In the way of a folder. */
  private static Path file;

  private static Path out;

  @BeforeAll
  static void files() throws IOException {
    onnx = DemoFiles.copy(DemoFiles.MODEL, directory);
    images = DemoFiles.copy(DemoFiles.IMAGES, directory);
    model = directory.resolve("model");
    VitShape shape = new VitShape(1, 28, 28, 14, 16, 1, 2, 32, 10);
    ModelFiles.write(RandomModels.model(3, shape, RandomModels.WeightBits.W8), model);
    file = Files.writeString(directory.resolve("a-file"), "x");
    out = directory.resolve("out");
  }

  @Test
  void whereNothingCanBeWritten() {
    expect("a-file is a file", quantize("--out", file));
    expect("a-file is a file", quantize("--out", file.resolve("below")));
    expect("a-file is a file", quantize("--out", out, "--json", file.resolve("x.json")));
    expect("a directory of that name", quantize("--out", out, "--json", directory));
    expect("a-file is a file", "generate", model, "--out", file);
    expect("a-file is a file", "verify", model, "--images", images, "--work", file);
    expect(
        "a-file is a file", "verify", model, "--images", images, "--trace", file.resolve("x.vcd"));
    expect("a-file is a file", "run", model, "--images", images, "--dump-tensors", file);
    expect("a-file is a file", "sweep", "space.json", model, "--out", file);
  }

  @Test
  void howToQuantize() {
    expect("--layer-bits names head twice", quantize("--layer-bits", "head=4,head=8"));
    expect("--layer-bits head; LAYER=BITS", quantize("--layer-bits", "head"));
    expect("--layer-bits head=x; LAYER=BITS", quantize("--layer-bits", "head=x"));
    expect("head: 5 bits; 8 and 4", quantize("--layer-bits", "head=5"));
    expect("residual bits 7", quantize("--residual-bits", 7));
    expect("method 'magic'", quantize("--without", "magic"));
    expect("--report-images -1", quantize("--report-images", -1));
  }

  @Test
  void imagesOfAStart() {
    for (int images : new int[] {0, 1_000_000}) {
      String message = "--back-to-back " + images + "; accepted are 1 to 1000";
      expect(message, "cycles", model, "--macs", 64, "--back-to-back", images);
      expect(message, "generate", model, "--out", out, "--back-to-back", images);
    }
  }

  @Test
  void layersThatTheModelLacks() {
    // Before images are looked for.
    Object[] how = {"--mean", 0.5, "--std", 0.5, "--layer-bits", "blocks.9.fc1=4"};
    Path missing = directory.resolve("missing");
    expect(
        "a layer 'blocks.9.fc1'",
        with(new Object[] {"quantize", onnx, "--calibration", missing, "--out", out}, how));
    expect("a layer 'blocks.9.fc1'", with(new Object[] {"ablate", onnx, "--images", missing}, how));
  }

  @Test
  void variantsOfAnAblation() {
    Object[] start = {"ablate", onnx, "--images", images, "--mean", 0.5, "--std", 0.5};
    // Real scales need 16 bits; other variants do not.
    Object[] narrow = with(start, "--residual-bits", 10);
    expect("variant 'magic'", with(narrow, "--variants", "all,magic"));
    expect("only 16 are accepted", with(narrow, "--variants", "all,real-scales"));
  }

  @Test
  void normalization() {
    Object[] start = {"quantize", onnx, "--calibration", images, "--out", out};
    expect("--mean 33.3; 0 to 1", with(start, "--mean", 33.3, "--std", 78));
    expect("--mean NaN", with(start, "--mean", "NaN", "--std", 1));
    expect("--std 0.0", with(start, "--mean", 0.5, "--std", 0));
    expect("--std Infinity", with(start, "--mean", 0.5, "--std", "Infinity"));
    expect("--mean has 2 numbers", with(start, "--mean", "0.5,0.5", "--std", 1));
  }

  @Test
  void imagesThatDoNotSuitTheModel() throws IOException {
    Path cifar = Files.write(directory.resolve("cifar.bin"), new byte[3073]);
    expect("cifar.bin #0: the image is 32 x 32", quantize("--images", cifar));
    expect("cifar.bin #0: the image is 32 x 32", "verify", model, "--images", cifar);
    Path nan = directory.resolve("nan.f32");
    Files.write(nan, new byte[4 * 28 * 28 - 2]);
    Files.write(nan, new byte[] {(byte) 0xc0, 0x7f}, StandardOpenOption.APPEND);
    expect("nan.f32 #0: holds NaN", "run", model, "--images", nan);
    expect("--first 1000 selects none", "run", model, "--images", images, "--first", 1000);
    expect("--count 0 selects none", "verify", model, "--images", images, "--count", 0);
  }

  @Test
  void aFloatModelOfAnotherShape() throws IOException {
    Path other = directory.resolve("other");
    VitShape shape = new VitShape(1, 28, 28, 14, 16, 1, 2, 32, 11);
    ModelFiles.write(RandomModels.model(3, shape, RandomModels.WeightBits.W8), other);
    expect("10 classes; the integer model", "run", other, "--images", images, "--float", onnx);
  }

  @Test
  void architecturesThatCannotBe() throws IOException {
    Object[] cycles = {"cycles", model};
    expect("-5 MACs a cycle; 1 to 1,048,576", with(cycles, "--macs", -5));
    expect("2147483647 MACs a cycle", with(cycles, "--macs", Integer.MAX_VALUE));
    expect("at most 1 MACs suits this model; the smallest has", with(cycles, "--macs", 1));
    expect("port of 100 bits; accepted are 32, 64", with(cycles, "--axi-bits", 100));
    expect("port of 1024 bits", with(cycles, "--axi-bits", 1024));
    expect("0 KiB of on-chip memory; at least 1", with(cycles, "--memory", 0));
    Path arch = directory.resolve("arch.json");
    expect("with --memory: the file says", with(cycles, "--arch", arch, "--memory", 64));
    expect("with --axi-bits: the file says", with(cycles, "--arch", arch, "--axi-bits", 64));
    expect("--stall NaN; 0 to below 1", "verify", model, "--images", images, "--stall", "NaN");
    Object[] chunk = {"generate", model, "--chunk", "Load", "--out", out};
    expect("--device with --chunk", with(chunk, "--device", "zcu104"));
  }

  @Test
  void spacesThatCannotBe() throws IOException {
    expectOfSpace("{\"macs\": [1073741824]}", "1073741824 MACs a cycle; 1 to 1,048,576");
    expectOfSpace("{\"macs\": [64], \"axiBits\": [100]}", "port of 100 bits");
    expectOfSpace("{\"arrays\": [\"1x8x-8\"]}", "\"1x8x-8\"; a value is 3 numbers from 1 to 1,024");
    expectOfSpace(
        "{\"macs\": [64], \"weightTiles\": [2000000000]}", "beyond two times the largest");
  }

  private static void expectOfSpace(String space, String named) throws IOException {
    Path path = Files.writeString(directory.resolve("space.json"), space);
    expect(named, "sweep", path, model, "--predict-only", "--out", out);
  }

  @Test
  void benchmarksThatCannotBeMeasured() throws IOException {
    Object[] bench = {"bench", "--work", out};
    expect("no.md: no such file", with(bench, "--document", directory.resolve("no.md")));
    Path empty = Files.writeString(directory.resolve("empty.md"), "");
    expect("no line '<!-- table throughput -->'", with(bench, "--document", empty));
    expect("golden_speed needs --data", with(bench, "--tables", "golden_speed"));
    expect("holds no vit-tiny", with(bench, "--data", directory.resolve("nothing")));
    Path demo = directory.resolve("demo");
    expect("--rtl-images 0; 1 to 1,000", "demo", "--rtl-images", 0, "--out", demo);
  }

  @Test
  void wrongUseIsToldWithoutTheWholeHelp() {
    CommandLineRun run = CommandLineRun.of("cycles", model, "--mac", 64);
    assertEquals(2, run.exitCode());
    assertTrue(run.err().startsWith("p2vit: error: Unknown option"), run.err());
    assertTrue(run.err().contains("'p2vit cycles --help'"), run.err());
    assertFalse(run.err().contains("Predicts the cycles"), run.err());
    assertTrue(CommandLineRun.of().err().contains("Commands:"));
  }

  @Test
  void eachCommandIsDescribedByAWholeSentence() {
    for (CommandLine command : P2vitCommand.commandLine().getSubcommands().values()) {
      String[] lines = command.getCommandSpec().usageMessage().description();
      assertTrue(lines[0].endsWith("."), command.getCommandName() + ": " + lines[0]);
    }
  }

  private static Object[] quantize(Object... more) {
    List<Object> start =
        new ArrayList<>(
            List.of("quantize", onnx, "--calibration", images, "--mean", 0.1307, "--std", 0.3081));
    if (!List.of(more).contains("--out")) {
      start.addAll(List.of("--out", out));
    }
    return with(start.toArray(), more);
  }

  private static Object[] with(Object[] start, Object... more) {
    List<Object> all = new ArrayList<>(List.of(start));
    all.addAll(List.of(more));
    return all.toArray();
  }

  private static void expect(String named, Object... arguments) {
    CommandLineRun run = CommandLineRun.of(arguments);
    assertEquals(1, run.exitCode(), run.out());
    assertTrue(run.err().startsWith("p2vit: error: "), run.err());
    assertTrue(run.err().contains(named), run.err());
    assertFalse(run.err().contains("defect"), run.err());
    assertFalse(Files.exists(out), "nothing is written");
  }
}
