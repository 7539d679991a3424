package org.p2vit.onnx;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.p2vit.golden.GoldenModel;
import org.p2vit.image.Image;
import org.p2vit.image.ImageSource;
import org.p2vit.image.InputCodes;
import org.p2vit.model.InputException;
import org.p2vit.model.QuantizedModel;
import org.p2vit.onnx.QuantizerInsertion.Style;
import org.p2vit.onnx.SyntheticVit.Variant;
import org.p2vit.onnx.qdq.QdqImporter;
import org.p2vit.onnx.qdq.QdqImporter.Imported;
import org.p2vit.onnx.qdq.QonnxRun;
import org.p2vit.quantize.Progress;

/** Graphs that others quantized, in the spellings that they use. */
class QuantizedImportTest {
  private static final long SEED = 12;
  private static final double[] MEAN = {0.5};
  private static final double[] STD = {0.25};
  private static final Predicate<String> ALL = kind -> true;

  static Stream<Arguments> graphs() {
    List<Arguments> graphs = new ArrayList<>();
    for (Style style : Style.values()) {
      for (int weightBits : new int[] {8, 4}) {
        graphs.add(Arguments.of(style, weightBits, 16, List.of()));
      }
      graphs.add(Arguments.of(style, 8, 8, List.of(Variant.GEMM)));
      if (style == Style.QDQ_FLOAT_WEIGHTS || style == Style.QCDQ) {
        continue;
      }
      for (Variant v :
          List.of(
              Variant.SCALE_SCORES,
              Variant.SPLIT_SCALE,
              Variant.SEPARATE_QKV,
              Variant.GATHERED_QKV,
              Variant.TOKEN_BEFORE_NORM,
              Variant.POSITION_BEFORE_CONCAT,
              Variant.NO_OPS,
              Variant.HALF_FIRST_GELU,
              Variant.TRANSPOSED_WEIGHTS,
              Variant.DYNAMIC_BATCH)) {
        graphs.add(Arguments.of(style, 8, 16, List.of(v)));
      }
    }
    graphs.add(Arguments.of(Style.QONNX, 8, 12, List.of(Variant.DECOMPOSED_NORM)));
    return graphs.stream();
  }

  private static ModelProto quantized(
      Style style,
      int weightBits,
      int residualBits,
      Predicate<String> wanted,
      Variant... variants) {
    ModelProto model = SyntheticVit.model(SEED, variants);
    return QuantizerInsertion.insert(model, style, weightBits, residualBits, wanted, image(1));
  }

  private static float[] image(long seed) {
    float[] image = new float[SyntheticVit.SIDE * SyntheticVit.SIDE];
    Random random = new Random(seed);
    for (int i = 0; i < image.length; i++) {
      image[i] = (float) random.nextGaussian();
    }
    return image;
  }

  private static Image tensor(float[] values) {
    int side = SyntheticVit.SIDE;
    return new Image.Tensor("random", 1, side, side, values, OptionalInt.empty());
  }

  private static Imported imported(ModelProto model, ImageSource calibration) {
    return QdqImporter.open("bad", "bad", model.toByteArray())
        .model(MEAN, STD, calibration, Progress.NONE);
  }

  /**
   * Given the codes that ONNX Runtime computes, every linear layer of the imported model makes the
   * codes that ONNX Runtime makes next.
   */
  @ParameterizedTest
  @MethodSource("graphs")
  void linearLayersAgreeWithOnnxRuntime(
      Style style, int weightBits, int residualBits, List<Variant> variants) {
    ModelProto graph =
        quantized(style, weightBits, residualBits, ALL, variants.toArray(new Variant[0]));
    QuantizedModel model = imported(graph, null).model();
    assertEquals(residualBits, model.residualBits());
    assertEquals(weightBits, model.blocks().get(1).mlp().fc2().weightBits());

    byte[] bytes = QonnxRun.executable(graph.toByteArray());
    QuantizedVit source = OnnxVitImporter.parseQuantized("graph", "graph", graph.toByteArray());
    List<Tap> taps = new ArrayList<>(source.tensors().keySet());
    // Ranges are those of the first image; beyond them, narrow codes end one earlier.
    int images = style == Style.QCDQ ? 1 : 3;
    for (long seed = 1; seed <= images; seed++) {
      float[] image = image(seed);
      Map<String, int[]> found = new HashMap<>();
      Map<String, int[]> expected = new LinkedHashMap<>();
      try (FloatReference reference = FloatReference.open("graph", bytes, source.vit(), taps)) {
        Map<Tap, float[]> values = reference.run(image, taps);
        named(source.vit())
            .forEach(
                (name, tap) ->
                    expected.put(
                        name, codes(name, model, source.tensors().get(tap), values.get(tap))));
      }
      byte[] input = InputCodes.of(tensor(image), model.preprocessing(), model.shape());
      Map<String, int[]> given = new HashMap<>(expected);
      given.keySet().removeIf(name -> name.endsWith("attention") || name.endsWith("logits"));
      new GoldenModel(model).logits(input, (name, shape, codes) -> found.put(name, codes), given);
      for (String name : expected.keySet()) {
        String kind = name.substring(name.lastIndexOf('.') + 1);
        int[] codes = expected.get(name);
        switch (kind) {
          case "scores" -> {
            // In floats, the root of 1/2 times itself is a little less than 1/2.
            int limit = variants.contains(Variant.SPLIT_SCALE) ? 1 : 0;
            assertClose(codes, found.get(name), limit, name);
          }
          case "query", "key", "value", "residual1", "residual2", "logits" ->
              assertArrayEquals(codes, found.get(name), name);
          // Positions and the like are rounded in one place or the other.
          case "embed", "norm1", "norm2", "norm" -> assertClose(codes, found.get(name), 1, name);
          // The graph has 8 bits before GELU, the integer model 16.
          case "hidden" -> assertClose(codes, found.get(name), 3, name);
          // Probabilities are log2 codes.
          case "context" -> assertClose(codes, found.get(name), 64, name);
          default -> assertEquals("attention", kind);
        }
      }
    }
  }

  private static void assertClose(int[] expected, int[] found, int limit, String name) {
    for (int i = 0; i < expected.length; i++) {
      assertTrue(
          Math.abs(expected[i] - found[i]) <= limit,
          name + "[" + i + "]: expected " + expected[i] + ", found " + found[i]);
    }
  }

  private static Map<String, Tap> named(FloatVit vit) {
    Map<String, Tap> taps = new LinkedHashMap<>();
    taps.put("embed", vit.embedTap());
    for (int i = 0; i < vit.blocks().size(); i++) {
      FloatBlock.Taps t = vit.blocks().get(i).taps();
      String at = "blocks." + i + ".";
      taps.put(at + "norm1", t.norm1());
      taps.put(at + "query", t.query());
      taps.put(at + "key", t.key());
      taps.put(at + "value", t.value());
      taps.put(at + "scores", t.scores());
      taps.put(at + "context", t.context());
      taps.put(at + "residual1", t.residual1());
      taps.put(at + "norm2", t.norm2());
      taps.put(at + "hidden", t.hidden());
      taps.put(at + "residual2", t.residual2());
    }
    taps.put("norm", vit.normTap());
    taps.put("logits", vit.logitsTap());
    return taps;
  }

  /** Codes of real values, those of the class token for the final norm. */
  private static int[] codes(
      String name, QuantizedModel model, TensorCodes quantizer, float[] values) {
    int n = name.equals("norm") ? model.shape().dim() : values.length;
    boolean stream = name.matches("embed|.*residual.");
    int bits = name.equals("logits") ? 16 : stream ? model.residualBits() : 8;
    double max = (1 << (bits - 1)) - 1;
    int[] codes = new int[n];
    for (int i = 0; i < n; i++) {
      int e = name.equals("logits") ? model.logitsExponent() : quantizer.exponents()[i];
      double code = Math.rint(Math.scalb((double) values[i], -e));
      codes[i] = (int) Math.max(-max - 1, Math.min(max, code));
    }
    return codes;
  }

  @Test
  void narrowRangesAreNoted() {
    List<String> notes = imported(quantized(Style.QCDQ, 8, 16, ALL), null).notes();
    long narrow = notes.stream().filter(n -> n.contains("saturates at -128")).count();
    assertEquals(17, narrow, notes.toString());
  }

  @Test
  void scalesMustBePowersOfTwo() {
    ModelProto.Builder model = quantized(Style.QDQ, 8, 16, ALL).toBuilder();
    String name = initializer(model, "_scale", t -> t.setFloatData(0, 0.0123f));
    rejected(model, "Linear node '/", "scale 0.0123", name, "2^-6 = 0.015625");
    ModelProto.Builder weights = quantized(Style.QONNX, 8, 16, ALL).toBuilder();
    for (TensorProto.Builder t : weights.getGraphBuilder().getInitializerBuilderList()) {
      if (t.getName().endsWith("_scale") && t.getFloatDataCount() > 3) {
        t.setFloatData(2, 0.3f);
        break;
      }
    }
    rejected(weights, "Quant node '/", "scale 0.3 of channel 2", "2^-2 = 0.25");
  }

  @Test
  void zeroPointsMustBeZero() {
    ModelProto.Builder model = quantized(Style.QDQ, 8, 16, ALL).toBuilder();
    initializer(model, "_zero", t -> t.setInt32Data(0, 3));
    rejected(model, "Linear node '/", "zero point 3", "symmetrically");
    ModelProto.Builder qonnx = quantized(Style.QONNX, 8, 16, ALL).toBuilder();
    initializer(qonnx, "_zero", t -> t.setFloatData(0, -1));
    rejected(qonnx, "Quant node '/", "zero point -1");
  }

  /** Each kind of tensor. */
  @Test
  void missingQuantizersAreNamed() {
    for (String kind :
        List.of(
            "embed",
            "norm1",
            "query",
            "scores",
            "context",
            "norm2",
            "hidden",
            "residual1",
            "norm")) {
      Predicate<String> others =
          k -> !k.equals(kind) && !(kind.equals("query") && k.matches("key|value"));
      ModelProto model = quantized(Style.QDQ, 8, 16, others);
      rejected(model.toBuilder(), kind + "' of docs/numerics.md, has no quantizer", " node '/n");
    }
    rejected(
        quantized(Style.QDQ, 8, 16, k -> !k.equals("weights")).toBuilder(),
        "weights are not quantized",
        " node '/n");
    rejected(quantized(Style.QDQ, 8, 16, k -> k.equals("weights")).toBuilder(), "21 other tensors");
  }

  /** The float weights' codes, and scales that suit; so logits are near. */
  @Test
  void calibrationFillsWhatIsMissing() {
    for (Style style : Style.values()) {
      ModelProto graph = quantized(style, 8, 16, k -> k.equals("weights"));
      Imported imported = imported(graph, images(20));
      assertEquals(22, imported.calibrated().size(), imported.calibrated().toString());
      QuantizedModel model = imported.model();
      byte[] bytes = QonnxRun.executable(graph.toByteArray());
      FloatVit vit = OnnxVitImporter.parseQuantized("graph", "graph", bytes).vit();
      double signal = 0;
      double noise = 0;
      try (FloatReference reference = FloatReference.open("graph", bytes, vit, List.of())) {
        for (long seed = 50; seed < 60; seed++) {
          float[] exact = reference.logits(image(seed));
          int[] codes =
              new GoldenModel(model)
                  .logits(InputCodes.of(tensor(image(seed)), model.preprocessing(), model.shape()));
          for (int i = 0; i < codes.length; i++) {
            signal += exact[i] * exact[i];
            double d = exact[i] - Math.scalb((double) codes[i], model.logitsExponent());
            noise += d * d;
          }
        }
      }
      double decibels = 10 * Math.log10(signal / noise);
      assertTrue(decibels > 15, style + ": " + decibels + " dB");
    }
  }

  private static ImageSource images(int count) {
    return new ImageSource() {
      @Override
      public int count() {
        return count;
      }

      @Override
      public Image image(int index) {
        return tensor(QuantizedImportTest.image((long) index));
      }
    };
  }

  @Test
  void whatTheIntegerModelCannotHaveIsNamed() {
    ModelProto.Builder model = quantized(Style.QONNX, 8, 16, ALL).toBuilder();
    edit(
        model,
        "Quant",
        n ->
            n.getAttributeBuilderList().stream()
                .filter(a -> a.getName().equals("rounding_mode"))
                .forEach(a -> a.setS(ByteString.copyFromUtf8("FLOOR"))));
    rejected(model, "Quant node '/", "rounding_mode is FLOOR", "ROUND");

    model = quantized(Style.QONNX, 8, 16, ALL).toBuilder();
    initializer(model, "_dq_bits", t -> t.setFloatData(0, 5));
    rejected(model, "Quant node '/", "int5 codes", "int8 is expected");

    model = quantized(Style.QDQ, 8, 16, ALL).toBuilder();
    edit(model, "DequantizeLinear", n -> n.setOpType("QLinearMatMul"));
    rejected(model, "QLinearMatMul node '/", "reads the codes");

    // Attention's 1/sqrt(d) of a head of 8, after codes of the query are made.
    model = quantized(Style.QDQ, 8, 16, ALL, Variant.DIVIDE_SCORES).toBuilder();
    for (NodeProto.Builder n : model.getGraphBuilder().getNodeBuilderList()) {
      for (var a : n.getAttributeBuilderList()) {
        if (a.hasT() && a.getT().getFloatDataCount() == 1 && a.getT().getFloatData(0) == 2f) {
          a.getTBuilder().setFloatData(0, (float) Math.sqrt(8));
        }
      }
    }
    rejected(model, "0.35355338", "not a power of two", "fold the factor into the weights");
  }

  @Test
  void codesMustBeDequantizedAtOnce() {
    ModelProto.Builder model = quantized(Style.QDQ, 8, 16, ALL).toBuilder();
    for (NodeProto.Builder n : model.getGraphBuilder().getNodeBuilderList()) {
      if (n.getOpType().equals("Softmax")) {
        String codes = n.getInput(0).replace("_dq", "_q");
        n.setInput(0, codes);
      }
    }
    rejected(model, "Softmax node '/", "reads the codes", "QDQ format");
  }

  @Test
  void eachCommandKnowsItsModels() {
    byte[] quantized = quantized(Style.QDQ, 8, 16, ALL).toByteArray();
    InputException e =
        assertThrows(InputException.class, () -> OnnxVitImporter.parse("m", quantized));
    assertTrue(e.getMessage().contains("p2vit import"), e.getMessage());
    rejected(SyntheticVit.model(SEED).toBuilder(), "p2vit quantize");
    // Limits belong to quantizers.
    ModelProto.Builder limited = SyntheticVit.model(SEED).toBuilder();
    for (NodeProto.Builder n : limited.getGraphBuilder().getNodeBuilderList()) {
      if (n.getOpType().equals("Identity")) {
        n.setOpType("Clip");
      }
    }
    e =
        assertThrows(
            InputException.class, () -> OnnxVitImporter.parse("m", limited.build().toByteArray()));
    assertTrue(e.getMessage().contains("Clip node '/logits'"), e.getMessage());
  }

  @Test
  void survivesDamage() {
    byte[] whole = quantized(Style.QDQ, 8, 16, ALL).toByteArray();
    Random random = new Random(SEED);
    for (int i = 0; i < 300; i++) {
      byte[] damaged = whole.clone();
      for (int k = 0; k < 3; k++) {
        damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
      }
      try {
        QdqImporter.open("m", "damaged", damaged).model(MEAN, STD, null, Progress.NONE);
      } catch (InputException e) {
        assertTrue(e.getMessage().startsWith("damaged: "), e.getMessage());
      }
    }
  }

  private static String initializer(
      ModelProto.Builder model, String ending, Consumer<TensorProto.Builder> change) {
    for (TensorProto.Builder t : model.getGraphBuilder().getInitializerBuilderList()) {
      if (t.getName().endsWith(ending) && t.getDimsCount() == 0) {
        change.accept(t);
        return t.getName();
      }
    }
    throw new AssertionError("no initializer " + ending);
  }

  private static void edit(
      ModelProto.Builder model, String op, Consumer<NodeProto.Builder> change) {
    for (NodeProto.Builder n : model.getGraphBuilder().getNodeBuilderList()) {
      if (n.getOpType().equals(op) && n.getInput(0).endsWith("_q") | op.equals("Quant")) {
        change.accept(n);
        return;
      }
    }
    throw new AssertionError("no node " + op);
  }

  private static void rejected(ModelProto.Builder model, String... parts) {
    InputException e = assertThrows(InputException.class, () -> imported(model.build(), null));
    for (String part : parts) {
      assertTrue(e.getMessage().contains(part), "'" + e.getMessage() + "' should have " + part);
    }
    assertTrue(e.getMessage().startsWith("bad: "), e.getMessage());
  }
}
