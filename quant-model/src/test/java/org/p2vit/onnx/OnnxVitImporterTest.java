package org.p2vit.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.p2vit.model.InputException;
import org.p2vit.model.VitShape;

class OnnxVitImporterTest {
  private static final long SEED = 7;

  @Test
  void importsPlainSpelling() {
    assertImports(SyntheticVit.model(SEED));
  }

  @ParameterizedTest
  @EnumSource
  void importsVariant(SyntheticVit.Variant variant) {
    assertImports(SyntheticVit.model(SEED, variant));
  }

  @Test
  void importsVariantsTogether() {
    assertImports(
        SyntheticVit.model(
            SEED,
            SyntheticVit.Variant.DECOMPOSED_NORM,
            SyntheticVit.Variant.GEMM,
            SyntheticVit.Variant.SPLIT_SCALE,
            SyntheticVit.Variant.SEPARATE_QKV,
            SyntheticVit.Variant.NO_OPS,
            SyntheticVit.Variant.TOKEN_BEFORE_NORM));
  }

  @ParameterizedTest
  @CsvSource({
    "vit-mnist, 1, 28, 7, 64, 4, 4, 256, 10",
    "vit-cifar10, 3, 32, 4, 96, 4, 3, 384, 10",
    "vit-tiny-p16-224, 3, 224, 16, 192, 12, 3, 768, 1000"
  })
  void importsTrainedModel(
      String name,
      int channels,
      int side,
      int patch,
      int dim,
      int depth,
      int heads,
      int hidden,
      int classes) {
    Path file = Path.of(System.getProperty("p2vit.data", ""), name + ".onnx");
    assumeTrue(Files.exists(file), file + " is absent: the import of " + name + " is not tested");
    FloatVit vit = OnnxVitImporter.read(file);
    assertEquals(
        new VitShape(channels, side, side, patch, dim, depth, heads, hidden, classes), vit.shape());
    try (FloatReference reference = FloatReference.open(file, vit, List.of())) {
      assertSameLogits(vit, reference);
    }
  }

  /** The import computes what ONNX Runtime computes from the file. */
  private static void assertImports(ModelProto model) {
    byte[] bytes = model.toByteArray();
    FloatVit vit = OnnxVitImporter.parse("synthetic", bytes);
    assertEquals(new VitShape(1, 4, 4, 2, 8, 2, 2, 12, 3), vit.shape());
    try (FloatReference reference = FloatReference.open("synthetic", bytes, vit, List.of())) {
      assertSameLogits(vit, reference);
    }
  }

  private static void assertSameLogits(FloatVit vit, FloatReference reference) {
    VitShape s = vit.shape();
    float[] image = new float[s.imageChannels() * s.imageHeight() * s.imageWidth()];
    Random random = new Random(SEED);
    for (int i = 0; i < image.length; i++) {
      image[i] = (float) random.nextGaussian();
    }
    float[] expected = reference.logits(image);
    double[] found = new FloatForward(vit).logits(image);
    for (int i = 0; i < expected.length; i++) {
      assertEquals(expected[i], found[i], 2e-3 * Math.max(1, Math.abs(expected[i])), "logit " + i);
    }
  }

  @Test
  void namesUnsupportedOperator() {
    assertRejected(replaceOp("Erf", "Tanh"), "Tanh node '/n", "not supported");
    assertRejected(replaceOp("Softmax", "Sigmoid"), "Sigmoid node '/n", "not supported");
  }

  @Test
  void namesOperatorWithoutPlace() {
    assertRejected(replaceOp("Softmax", "Erf"), "Erf node '/n", "Softmax is expected");
    // The GELU's gate becomes 1 + erf(...) of something that is not divided by sqrt(2).
    ModelProto model =
        edit(
            "Div",
            n -> {
              if (n.getInputCount() == 2) {
                n.setOpType("Mul");
              }
            });
    assertRejected(model, "GELU");
  }

  @Test
  void rejectsCustomDomain() {
    assertRejected(edit("Softmax", n -> n.setDomain("com.example")), "Softmax node", "com.example");
  }

  @Test
  void rejectsTanhGelu() {
    ModelProto.Builder model =
        SyntheticVit.model(SEED, SyntheticVit.Variant.GELU_OPERATOR).toBuilder();
    for (NodeProto.Builder n : model.getGraphBuilder().getNodeBuilderList()) {
      if (n.getOpType().equals("Gelu")) {
        n.addAttributeBuilder()
            .setName("approximate")
            .setS(com.google.protobuf.ByteString.copyFromUtf8("tanh"));
      }
    }
    assertRejected(model.build(), "Gelu node", "tanh");
  }

  @Test
  void rejectsWrongShapes() {
    ModelProto.Builder model = SyntheticVit.model(SEED).toBuilder();
    String weights =
        model.getGraph().getNodeList().stream()
            .filter(n -> n.getOpType().equals("MatMul"))
            .findFirst()
            .orElseThrow()
            .getInput(1);
    model.getGraphBuilder().getInitializerBuilderList().stream()
        .filter(t -> t.getName().equals(weights))
        .forEach(
            t -> {
              long rows = t.getDims(0);
              t.setDims(0, t.getDims(1)).setDims(1, rows);
            });
    assertRejected(model.build(), "MatMul node '/n", "do not fit");
  }

  @Test
  void rejectsInitializerOfWrongSize() {
    ModelProto.Builder model = SyntheticVit.model(SEED).toBuilder();
    model.getGraphBuilder().getInitializerBuilder(0).addFloatData(1);
    assertRejected(model.build(), "initializer '", "dimensions need");
  }

  @Test
  void rejectsOverlappingPatches() {
    ModelProto model =
        edit(
            "Conv",
            n ->
                n.getAttributeBuilderList().stream()
                    .filter(a -> a.getName().equals("strides"))
                    .forEach(a -> a.setInts(0, 1).setInts(1, 1)));
    assertRejected(model, "Conv node", "patch embedding");
  }

  @Test
  void rejectsPostNormBlock() {
    // The first residual addition adds the LayerNorm's output instead of the stream.
    ModelProto.Builder model = SyntheticVit.model(SEED).toBuilder();
    String norm = null;
    boolean done = false;
    for (NodeProto.Builder n : model.getGraphBuilder().getNodeBuilderList()) {
      if (n.getOpType().equals("LayerNormalization") && norm == null) {
        norm = n.getOutput(0);
        String stream = n.getInput(0);
        for (NodeProto.Builder add : model.getGraphBuilder().getNodeBuilderList()) {
          if (add.getOpType().equals("Add") && add.getInput(0).equals(stream)) {
            add.setInput(0, norm);
            done = true;
          }
        }
      }
    }
    assertTrue(done, "the test's graph has changed");
    assertRejected(model.build(), "LayerNorm");
  }

  @Test
  void rejectsTruncatedFile() {
    byte[] whole = SyntheticVit.model(SEED).toByteArray();
    for (int length = 0; length < whole.length; length += 97) {
      byte[] part = Arrays.copyOf(whole, length);
      InputException e =
          assertThrows(InputException.class, () -> OnnxVitImporter.parse("cut", part));
      assertTrue(e.getMessage().startsWith("cut: "), e.getMessage());
    }
  }

  @Test
  void survivesDamage() {
    byte[] whole = SyntheticVit.model(SEED).toByteArray();
    Random random = new Random(SEED);
    for (int i = 0; i < 300; i++) {
      byte[] damaged = whole.clone();
      for (int k = 0; k < 3; k++) {
        damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
      }
      try {
        OnnxVitImporter.parse("damaged", damaged);
      } catch (InputException e) {
        // A clear error; any other exception fails the test, as does a hang.
        assertTrue(e.getMessage().startsWith("damaged: "), e.getMessage());
      }
    }
  }

  @Test
  void rejectsDynamicImageSize() {
    ModelProto.Builder model = SyntheticVit.model(SEED).toBuilder();
    model
        .getGraphBuilder()
        .getInputBuilder(0)
        .getTypeBuilder()
        .getTensorTypeBuilder()
        .getShapeBuilder()
        .getDimBuilder(2)
        .setDimParam("height");
    assertRejected(model.build(), "input 'image'", "fixed size");
  }

  @Test
  void rejectsMissingFile() {
    Path file = Path.of("no-such-model.onnx");
    InputException e = assertThrows(InputException.class, () -> OnnxVitImporter.read(file));
    assertTrue(e.getMessage().contains("no-such-model.onnx"), e.getMessage());
  }

  private static ModelProto replaceOp(String from, String to) {
    return edit(from, n -> n.setOpType(to));
  }

  private static ModelProto edit(String op, Consumer<NodeProto.Builder> change) {
    ModelProto.Builder model = SyntheticVit.model(SEED).toBuilder();
    long changed =
        model.getGraphBuilder().getNodeBuilderList().stream()
            .filter(n -> n.getOpType().equals(op))
            .peek(change)
            .count();
    assertTrue(changed > 0, "the test's graph has no " + op);
    return model.build();
  }

  private static void assertRejected(ModelProto model, String... parts) {
    InputException e =
        assertThrows(InputException.class, () -> OnnxVitImporter.parse("bad", model.toByteArray()));
    for (String part : parts) {
      assertTrue(e.getMessage().contains(part), "'" + e.getMessage() + "' should have " + part);
    }
  }
}
