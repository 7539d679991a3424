package org.p2vit.generator.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.p2vit.generator.TensorDump;
import org.p2vit.golden.GoldenModel;
import org.p2vit.model.QuantizedModel;
import org.p2vit.model.RandomModels;
import org.p2vit.model.VitShape;
import org.p2vit.model.io.ModelFiles;
import org.p2vit.model.io.Safetensors;
import org.p2vit.model.io.Safetensors.Tensor;

class CompareCommandTest {
  private static final VitShape SHAPE = new VitShape(1, 8, 8, 4, 16, 2, 2, 24, 5);

  @TempDir static Path directory;

  private static Path model;

  /** The golden model's tensors of an image. */
  private static final Map<String, int[]> CODES = new LinkedHashMap<>();

  private static final Map<String, int[]> SHAPES = new LinkedHashMap<>();

  @BeforeAll
  static void makeModel() {
    QuantizedModel random = RandomModels.model(3, SHAPE, RandomModels.WeightBits.W8);
    model = directory.resolve("model");
    ModelFiles.write(random, model);
    new GoldenModel(random)
        .logits(
            RandomModels.input(4, SHAPE),
            (name, shape, codes) -> {
              CODES.put(name, codes);
              SHAPES.put(name, shape);
            });
  }

  private static Map<String, Tensor> tensors() {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    CODES.forEach((name, codes) -> tensors.put(name, Tensor.of(codes, SHAPES.get(name))));
    return tensors;
  }

  private static Path write(Path file, Map<String, Tensor> tensors) throws IOException {
    Files.createDirectories(file.getParent());
    return Files.write(file, Safetensors.format(tensors));
  }

  private static CommandLineRun compare(Map<String, Tensor> tensors, Object... options)
      throws IOException {
    Path file = write(directory.resolve("expected.safetensors"), tensors);
    Object[] args = new Object[4 + options.length];
    System.arraycopy(new Object[] {"compare", model, "--expected", file}, 0, args, 0, 4);
    System.arraycopy(options, 0, args, 4, options.length);
    return CommandLineRun.of(args);
  }

  @Test
  void theModelsOwnTensorsAreEqual() throws IOException {
    CommandLineRun run = compare(tensors());
    assertEquals(0, run.exitCode(), run.err() + run.out());
    assertTrue(run.out().contains("equal: " + CODES.size() + " tensors"), run.out());
  }

  @Test
  void someTensorsInOtherTypesWillDo() throws IOException {
    int[] attention = CODES.get("blocks.1.attention");
    byte[] narrow = new byte[attention.length];
    for (int i = 0; i < narrow.length; i++) {
      narrow[i] = (byte) attention[i];
    }
    int t = SHAPE.tokens();
    Map<String, Tensor> some =
        Map.of(
            "input", tensors().get("input"),
            "blocks.1.attention", Tensor.of(narrow, 1, SHAPE.heads(), t, t),
            "logits", Tensor.of(CODES.get("logits"), 1, 1, SHAPE.classes()));
    assertEquals(0, compare(some).exitCode());
  }

  /** Whichever code of whichever tensor is wrong is named. */
  @Test
  void aWrongCodeIsNamed() throws IOException {
    long seed = 11;
    Random random = new Random(seed);
    for (String name : CODES.keySet()) {
      if (name.equals("input")) {
        continue;
      }
      int[] codes = CODES.get(name).clone();
      int at = random.nextInt(codes.length);
      codes[at]--;
      Map<String, Tensor> tensors = tensors();
      tensors.put(name, Tensor.of(codes, SHAPES.get(name)));
      Path json = directory.resolve("compare.json");
      CommandLineRun run = compare(tensors, "--json", json);
      assertEquals(1, run.exitCode(), name);
      JsonNode result = new ObjectMapper().readTree(json.toFile());
      for (JsonNode tensor : result.get("tensors")) {
        boolean wrong = tensor.get("tensor").textValue().equals(name);
        long lost = tensor.get("elements").longValue() - tensor.get("equal").longValue();
        assertEquals(wrong ? 1 : 0, lost, name + ", seed " + seed);
        if (wrong) {
          int[] shape = SHAPES.get(name);
          int columns = shape[shape.length - 1];
          int rows = shape.length > 1 ? shape[shape.length - 2] : 1;
          JsonNode first = tensor.get("first");
          assertEquals(at % columns, first.get("channel").intValue(), name);
          assertEquals(at / columns % rows, first.get("token").intValue(), name);
          if (shape.length == 3) {
            assertEquals(at / columns / rows, first.get("head").intValue(), name);
          }
          assertEquals(codes[at], first.get("expected").intValue());
          assertEquals(codes[at] + 1, first.get("found").intValue());
        }
      }
    }
  }

  /** A model that goes wrong in one layer is followed from there on. */
  @Test
  void isolatedLayersFollowTheUsersTensors() throws IOException {
    int[] value = CODES.get("blocks.0.value").clone();
    for (int i = 0; i < value.length; i++) {
      value[i] = value[i] == -128 ? 0 : -value[i];
    }
    Map<String, int[]> wrong = new LinkedHashMap<>();
    new GoldenModel(ModelFiles.read(model))
        .logits(
            RandomModels.input(4, SHAPE),
            (name, shape, codes) -> wrong.put(name, codes),
            Map.of("blocks.0.value", value));
    wrong.put("blocks.0.value", value);
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    wrong.forEach((name, codes) -> tensors.put(name, Tensor.of(codes, SHAPES.get(name))));
    CommandLineRun plain = compare(tensors);
    assertEquals(1, plain.exitCode());
    assertTrue(plain.out().contains("DIFFERENT: first in blocks.0.value"), plain.out());
    assertTrue(differing(plain) > 5, plain.out());
    CommandLineRun isolated = compare(tensors, "--isolate");
    assertEquals(1, isolated.exitCode());
    assertEquals(1, differing(isolated), isolated.out());
  }

  private static long differing(CommandLineRun run) {
    return run.out().lines().filter(l -> l.startsWith("  ") && l.contains("expected")).count();
  }

  @Test
  void foldersHoldAnImageAFile() throws IOException {
    Path folder = directory.resolve("folder");
    write(TensorDump.file(folder, 0), Map.of("input", tensors().get("input")));
    write(TensorDump.file(folder, 1), tensors());
    CommandLineRun run = CommandLineRun.of("compare", model, "--expected", folder);
    assertEquals(0, run.exitCode(), run.err());
    assertTrue(run.out().contains("tensors of 2 images"), run.out());
  }

  @Test
  void badTensorsAreNamed() throws IOException {
    Map<String, Tensor> tensors = tensors();
    tensors.put("blocks.2.norm1", tensors.get("blocks.1.norm1"));
    rejected(compare(tensors), "no tensor 'blocks.2.norm1'", "i from 0 to 1", "blocks.i.norm1");
    tensors = tensors();
    tensors.put("embed", Tensor.of(CODES.get("embed"), SHAPE.dim(), SHAPE.tokens()));
    rejected(compare(tensors), "tensor embed has shape [16, 5], expected [5, 16]");
    tensors = tensors();
    tensors.remove("input");
    rejected(compare(tensors), "no tensor 'input'", "--images");
    rejected(compare(Map.of()), "holds no tensor");
    Tensor wide = Tensor.of(new int[SHAPE.classes()], SHAPE.classes());
    wide.data().putInt(8, 40_000);
    tensors = tensors();
    tensors.put("logits", wide);
    rejected(
        compare(tensors, "--isolate"),
        "tensor logits holds 40000 at position 2",
        "-32768 to 32767");
    int[] ones = new int[CODES.get("blocks.0.attention").length];
    tensors = tensors();
    tensors.put("blocks.0.attention", Tensor.of(ones, SHAPES.get("blocks.0.attention")));
    rejected(compare(tensors, "--isolate"), "blocks.0.attention: row 0 of head 0 sums to 5.00");
    rejected(
        CommandLineRun.of("compare", model, "--expected", directory.resolve("model")),
        "image-0.safetensors",
        "no such file");
    rejected(
        CommandLineRun.of("compare", model, "--expected", directory.resolve("absent")), "absent");
  }

  private static void rejected(CommandLineRun run, String... parts) {
    assertEquals(1, run.exitCode());
    for (String part : List.of(parts)) {
      assertTrue(run.err().contains(part), "'" + run.err() + "' should have " + part);
    }
  }
}
