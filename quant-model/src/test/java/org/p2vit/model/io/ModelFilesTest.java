package org.p2vit.model.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.p2vit.golden.GoldenModel;
import org.p2vit.model.InputException;
import org.p2vit.model.QuantizedModel;
import org.p2vit.model.RandomModels;
import org.p2vit.model.RandomModels.WeightBits;
import org.p2vit.model.VitShape;
import org.p2vit.model.io.Safetensors.Tensor;

class ModelFilesTest {
  private static final VitShape SHAPE = new VitShape(1, 8, 8, 4, 8, 2, 2, 12, 3);

  @TempDir Path directory;
  private QuantizedModel model;
  private Path json;
  private Path weights;

  @BeforeEach
  void write() {
    model = RandomModels.model(11, SHAPE, WeightBits.MIXED);
    ModelFiles.write(model, directory);
    json = directory.resolve(ModelFiles.MODEL_FILE);
    weights = directory.resolve(ModelFiles.WEIGHTS_FILE);
  }

  @ParameterizedTest
  @EnumSource
  void whatIsReadIsWhatWasWritten(WeightBits bits, @TempDir Path first, @TempDir Path second)
      throws IOException {
    QuantizedModel written = RandomModels.model(3, SHAPE, bits, 12, 3);
    ModelFiles.write(written, first);
    QuantizedModel read = ModelFiles.read(first);
    ModelFiles.write(read, second);
    for (String file : List.of(ModelFiles.MODEL_FILE, ModelFiles.WEIGHTS_FILE)) {
      assertArrayEquals(
          Files.readAllBytes(first.resolve(file)), Files.readAllBytes(second.resolve(file)));
    }
    byte[] input = RandomModels.input(3, SHAPE);
    assertArrayEquals(new GoldenModel(written).logits(input), new GoldenModel(read).logits(input));
    assertEquals(written.residualBits(), read.residualBits());
    assertEquals(written.name(), read.name());
    assertArrayEquals(written.preprocessing().mean(), read.preprocessing().mean());
    assertArrayEquals(written.preprocessing().std(), read.preprocessing().std());
  }

  @Test
  void theSameModelGivesTheSameBytes(@TempDir Path again) throws IOException {
    ModelFiles.write(RandomModels.model(11, SHAPE, WeightBits.MIXED), again);
    assertEquals(-1, Files.mismatch(json, again.resolve(ModelFiles.MODEL_FILE)));
    assertEquals(-1, Files.mismatch(weights, again.resolve(ModelFiles.WEIGHTS_FILE)));
  }

  @Test
  void theJsonFileMayBeNamed() {
    assertEquals(model.name(), ModelFiles.read(json).name());
  }

  @Test
  void rewritingReplacesAndLeavesNothingElse() throws IOException {
    ModelFiles.write(RandomModels.model(12, SHAPE, WeightBits.W4), directory);
    assertEquals("random 12", ModelFiles.read(directory).name());
    assertEquals(List.of(ModelFiles.MODEL_FILE, ModelFiles.WEIGHTS_FILE), filesIn(directory));
  }

  @Test
  void oneNumberStandsForAll() throws IOException {
    edit(
        d -> {
          d.withObject("/blocks/1/attention/context").put("shift", 13);
          d.withObject("/norm").put("shift", 9);
        });
    QuantizedModel read = ModelFiles.read(directory);
    assertArrayEquals(new int[] {13, 13}, read.blocks().get(1).attention().contextShift());
    byte[] shift = new byte[SHAPE.dim()];
    Arrays.fill(shift, (byte) 9);
    assertArrayEquals(shift, read.norm().shift());
  }

  @Test
  void scalesMayBeGivenInsteadOfExponents() throws IOException {
    byte[] before = Files.readAllBytes(json);
    edit(
        d -> {
          ObjectNode input = d.withObject("/input");
          input.put("scale", Math.scalb(1.0, input.get("exponent").intValue()));
          input.remove("exponent");
          ObjectNode head = d.withObject("/head");
          ArrayNode scales = head.putArray("accScale");
          head.get("accExponent").forEach(e -> scales.add(Math.scalb(1.0, e.intValue())));
          head.remove("accExponent");
        });
    ModelFiles.write(ModelFiles.read(directory), directory);
    assertArrayEquals(before, Files.readAllBytes(json));
  }

  @Test
  void tablesAndDigestMayBeLeftOut() throws IOException {
    edit(
        d -> {
          d.remove("tables");
          d.withObject("/weights").remove("sha256");
        });
    assertEquals(model.name(), ModelFiles.read(directory).name());
  }

  // ---- broken JSON

  @Test
  void truncatedJsonAtAnyLength() throws IOException {
    byte[] whole = Files.readAllBytes(json);
    for (int length = 0; length < whole.length - 2; length += 1 + length / 50) {
      Files.write(json, Arrays.copyOf(whole, length));
      rejected("model.json");
    }
  }

  @Test
  void trailingText() throws IOException {
    Files.writeString(json, Files.readString(json) + "}");
    rejected("model.json", "not JSON");
  }

  @Test
  void duplicateField() throws IOException {
    Files.writeString(json, Files.readString(json).replace("\"name\"", "\"format\""));
    rejected("model.json", "Duplicate field 'format'");
  }

  @Test
  void noModelThere() throws IOException {
    Files.delete(json);
    rejected("model.json", "no such file");
  }

  @Test
  void noWeightsThere() throws IOException {
    Files.delete(weights);
    rejected("weights.safetensors", "no such file");
  }

  @Test
  void foreignFormat() throws IOException {
    rejects(d -> d.put("format", "onnx"), "format is \"onnx\"", "p2vit-model");
    rejects(d -> d.remove("format"), "format is missing");
  }

  @Test
  void futureVersion() throws IOException {
    rejects(d -> d.put("version", 2), "version is 2", "reads version 1");
    rejects(d -> d.put("version", 1.5), "version is 1.5");
  }

  @Test
  void missingAndUnknownFields() throws IOException {
    rejects(d -> d.withObject("/blocks/1/norm2").remove("epsilon"), "blocks.1.norm2", "epsilon");
    rejects(d -> d.withObject("/blocks/1/norm2").put("foo", 1), "blocks.1.norm2", "foo");
    rejects(d -> d.remove("head"), "head");
  }

  @Test
  void wrongTypes() throws IOException {
    rejects(d -> d.put("name", 3), "name is 3", "string");
    rejects(d -> d.withObject("/shape").put("dim", "8"), "shape.dim is \"8\"", "integer");
    rejects(d -> d.put("blocks", 0), "blocks", "array");
  }

  @Test
  void scalesThatAreNoPowerOfTwo() throws IOException {
    String what = "not a power of two";
    rejects(d -> d.withObject("/input").put("exponent", -5.5), "input.exponent is -5.5", what);
    rejects(
        d -> ((ArrayNode) d.at("/blocks/0/attention/query/output/exponent")).set(3, 0.1),
        "blocks.0.attention.query.output.exponent[3] is 0.1",
        what);
    rejects(
        d -> {
          d.withObject("/input").remove("exponent");
          d.withObject("/input").put("scale", 0.3);
        },
        "input.scale is 0.3",
        what);
    rejects(
        d -> {
          d.withObject("/head").remove("accExponent");
          d.withObject("/head").putArray("accScale").add(0.5).add(-0.5).add(0.25);
        },
        "head.accScale[1] is -0.5",
        what);
    rejects(d -> d.withObject("/input").put("scale", 0.5), "input.scale", "give one");
  }

  @Test
  void bitWidthsOutOfRange() throws IOException {
    rejects(d -> d.withObject("/head").put("weightBits", 5), "head.weightBits is 5", "4, 8");
    rejects(d -> d.withObject("/embed").put("bits", 17), "embed.bits is 17", "16");
    rejects(d -> d.withObject("/embed").put("bits", 7), "embed.bits is 7", "8");
    rejects(d -> d.withObject("/logits").put("bits", 8), "logits.bits is 8", "16");
    rejects(
        d -> d.withObject("/blocks/0/residual2").put("bits", 12),
        "blocks.0.residual2.bits is 12",
        "accepted: 16");
  }

  @Test
  void valuesOutOfRange() throws IOException {
    rejects(d -> ((ArrayNode) d.at("/embed/ptf")).set(0, 8), "embed.ptf.0 is 8", "7");
    rejects(
        d -> ((ArrayNode) d.at("/blocks/0/mlp/activation/table")).set(255, 256),
        "table.255 is 256",
        "255");
    rejects(d -> d.withObject("/preprocessing").putArray("std").add(0), "preprocessing.std.0 is 0");
    rejects(
        d -> d.withObject("/blocks/0/attention/scores").put("exponent", -9),
        "blocks.0.attention.scores",
        "-9",
        "accepted: -8 to 3");
  }

  @Test
  void shapesThatDisagree() throws IOException {
    rejects(d -> d.withObject("/shape").put("dim", 9), "shape: dim is 9", "multiple of heads, 2");
    rejects(d -> d.withObject("/shape").put("dim", 16), "patchEmbedding.out is 8", "16");
    rejects(d -> d.withObject("/shape").put("depth", 3), "blocks has 2 entries", "depth is 3");
    rejects(d -> d.withObject("/head").put("in", 7), "head.in is 7", "accepted: 8");
    rejects(d -> ((ArrayNode) d.at("/embed/ptf")).remove(0), "embed.ptf has 7 values", "8 or one");
  }

  @Test
  void changedConstants() throws IOException {
    rejects(d -> ((ArrayNode) d.at("/tables/softmaxPow")).set(4, 1), "tables.softmaxPow");
  }

  @Test
  void weightsOfAnotherModel() throws IOException {
    Path other = directory.resolve("other");
    ModelFiles.write(RandomModels.model(12, SHAPE, WeightBits.MIXED), other);
    Files.copy(
        other.resolve(ModelFiles.WEIGHTS_FILE), weights, StandardCopyOption.REPLACE_EXISTING);
    rejected("weights.safetensors", "another model", "SHA-256");
  }

  @Test
  void weightsFileOutsideTheDirectory() throws IOException {
    rejects(d -> d.withObject("/weights").put("file", "../w.safetensors"), "weights.file");
  }

  // ---- broken tensors

  @Test
  void anyFlippedByteOfTheWeights() throws IOException {
    byte[] whole = Files.readAllBytes(weights);
    for (int i = 0; i < whole.length; i += 1 + whole.length / 200) {
      byte[] broken = whole.clone();
      broken[i] ^= 0x10;
      Files.write(weights, broken);
      rejected("weights.safetensors");
    }
  }

  @Test
  void missingTensor() throws IOException {
    retensor(t -> t.remove("blocks.1.mlp.fc2.bias"));
    rejected("weights.safetensors", "tensor blocks.1.mlp.fc2.bias is missing");
  }

  @Test
  void extraTensor() throws IOException {
    retensor(t -> t.put("cls_token", Tensor.of(new byte[8], 8)));
    rejected("weights.safetensors", "cls_token");
  }

  @Test
  void wrongShape() throws IOException {
    retensor(t -> t.put("head.weight", Tensor.of(new byte[24], 8, 3)));
    rejected("weights.safetensors", "head.weight is I8 [8, 3]", "I8 [3, 8]");
  }

  @Test
  void wrongType() throws IOException {
    retensor(t -> t.put("head.bias", Tensor.of(new short[3], 3)));
    rejected("weights.safetensors", "head.bias is I16 [3]", "I32 [3]");
  }

  @Test
  void weightBeyondItsBits() throws IOException {
    edit(d -> d.withObject("/head").put("weightBits", 4));
    byte[] values = new byte[24];
    values[9] = 8;
    retensor(t -> t.put("head.weight", Tensor.of(values, 3, 8)));
    rejected("model.json", "head: weight[1][1] is 8", "-8 to 7");
  }

  @Test
  void accumulatorThatCouldOverflow() throws IOException {
    int[] bias = {0, Integer.MAX_VALUE, 0};
    retensor(t -> t.put("head.bias", Tensor.of(bias, 3)));
    rejected("model.json", "head: 128 * sum |weight| + |bias| of channel 1", "2^31");
  }

  private void edit(Consumer<ObjectNode> change) throws IOException {
    ObjectNode document = (ObjectNode) Json.MAPPER.readTree(Files.readAllBytes(json));
    change.accept(document);
    Files.write(json, Json.pretty(document));
  }

  private void retensor(Consumer<Map<String, Tensor>> change) throws IOException {
    Map<String, Tensor> tensors = Safetensors.parse("test", Files.readAllBytes(weights));
    change.accept(tensors);
    Files.write(weights, Safetensors.format(tensors));
    edit(d -> d.withObject("/weights").remove("sha256"));
  }

  /** With one change, the file is rejected with these words, and accepted without. */
  private void rejects(Consumer<ObjectNode> change, String... words) throws IOException {
    byte[] before = Files.readAllBytes(json);
    ModelFiles.read(directory);
    edit(change);
    rejected("model.json");
    rejected(words);
    Files.write(json, before);
  }

  private void rejected(String... words) {
    var e = assertThrows(InputException.class, () -> ModelFiles.read(directory));
    for (String word : words) {
      assertTrue(e.getMessage().contains(word), () -> "\"" + word + "\" in: " + e.getMessage());
    }
  }

  private static List<String> filesIn(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(f -> f.getFileName().toString()).sorted().toList();
    }
  }
}
