package org.p2vit.generator.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.p2vit.model.RandomModels;
import org.p2vit.model.VitShape;
import org.p2vit.model.io.ModelFiles;

class ExportImportTest {
  private static final VitShape SHAPE = new VitShape(1, 8, 8, 4, 16, 1, 2, 24, 5);

  @TempDir Path directory;
  private Path model;
  private Path onnx;

  @BeforeEach
  void export() {
    model = directory.resolve("model");
    ModelFiles.write(RandomModels.model(3, SHAPE, RandomModels.WeightBits.MIXED), model);
    onnx = directory.resolve("exported.onnx");
    CommandLineRun run = CommandLineRun.of("export", model, "--out", onnx);
    assertEquals(0, run.exitCode(), run.err());
    assertTrue(run.out().contains("N x 1 x 8 x 8"), run.out());
  }

  @Test
  void whatWasExportedIsImportedAsItWas() throws IOException {
    Path again = directory.resolve("again");
    Path json = directory.resolve("import.json");
    CommandLineRun run = CommandLineRun.of("import", onnx, "--out", again, "--json", json);
    assertEquals(0, run.exitCode(), run.err());
    JsonNode result = new ObjectMapper().readTree(json.toFile());
    assertEquals(0, result.get("notes").size());
    assertEquals(16, result.at("/model/shape/dim").intValue());
    for (String file : List.of(ModelFiles.WEIGHTS_FILE, ModelFiles.MODEL_FILE)) {
      assertEquals(-1, Files.mismatch(model.resolve(file), again.resolve(file)), file);
    }
  }

  @Test
  void normalizationMayBeGiven() {
    Path again = directory.resolve("again");
    CommandLineRun run =
        CommandLineRun.of("import", onnx, "--mean", 0.25, "--std", 0.75, "--out", again);
    assertEquals(0, run.exitCode(), run.err());
    assertArrayEquals(new double[] {0.25}, ModelFiles.read(again).preprocessing().mean());
  }

  @Test
  void badInputIsNamed() throws IOException {
    Path absent = directory.resolve("absent.onnx");
    CommandLineRun run = CommandLineRun.of("import", absent, "--out", directory.resolve("x"));
    assertEquals(1, run.exitCode());
    assertTrue(run.err().contains("absent.onnx"), run.err());
    Files.write(absent, new byte[] {1, 2, 3});
    run = CommandLineRun.of("import", absent, "--out", directory.resolve("x"));
    assertEquals(1, run.exitCode());
    assertTrue(run.err().contains("not an ONNX model"), run.err());
    assertFalse(Files.exists(directory.resolve("x")));
    run =
        CommandLineRun.of(
            "quantize",
            onnx,
            "--calibration",
            directory,
            "--mean",
            0,
            "--std",
            1,
            "--out",
            directory.resolve("x"));
    assertEquals(1, run.exitCode());
    assertTrue(run.err().contains("p2vit import"), run.err());
    run = CommandLineRun.of("export", model, "--out", directory);
    assertEquals(1, run.exitCode());
    assertTrue(run.err().contains("a directory of that name"), run.err());
  }
}
