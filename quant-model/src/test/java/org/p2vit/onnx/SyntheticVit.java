package org.p2vit.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Random;
import java.util.Set;

/** A tiny random Vision Transformer as an ONNX graph, in the spellings that exporters use. */
final class SyntheticVit {
  static final int DIM = 8;
  static final int HEADS = 2;
  static final int HIDDEN = 12;
  static final int CLASSES = 3;
  static final int SIDE = 4;
  static final int PATCH = 2;
  static final int TOKENS = 5;
  private static final int HEAD_DIM = DIM / HEADS;

  /** A spelling other than the plain one. */
  enum Variant {
    DECOMPOSED_NORM,
    GEMM,
    SCALE_SCORES,
    DIVIDE_SCORES,
    SPLIT_SCALE,
    GELU_OPERATOR,
    HALF_FIRST_GELU,
    SEPARATE_QKV,
    GATHERED_QKV,
    TOKEN_BEFORE_NORM,
    POSITION_BEFORE_CONCAT,
    LAYER_SCALE,
    NO_OPS,
    TRANSPOSED_WEIGHTS,
    DYNAMIC_BATCH
  }

  private final Set<Variant> variants;
  private final GraphProto.Builder graph = GraphProto.newBuilder().setName("synthetic");
  private final Random random;
  private int names;

  private SyntheticVit(long seed, Set<Variant> variants) {
    this.random = new Random(seed);
    this.variants = variants;
  }

  static ModelProto model(long seed, Variant... variants) {
    Set<Variant> set = EnumSet.noneOf(Variant.class);
    set.addAll(Arrays.asList(variants));
    return new SyntheticVit(seed, set).build();
  }

  private boolean has(Variant v) {
    return variants.contains(v);
  }

  private ModelProto build() {
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    if (has(Variant.DYNAMIC_BATCH)) {
      shape.addDim(TensorShapeProto.Dimension.newBuilder().setDimParam("batch"));
    } else {
      shape.addDim(TensorShapeProto.Dimension.newBuilder().setDimValue(1));
    }
    for (int d : new int[] {1, SIDE, SIDE}) {
      shape.addDim(TensorShapeProto.Dimension.newBuilder().setDimValue(d));
    }
    graph.addInput(
        ValueInfoProto.newBuilder()
            .setName("image")
            .setType(
                TypeProto.newBuilder()
                    .setTensorType(TypeProto.Tensor.newBuilder().setElemType(1).setShape(shape))));
    String x = embedding();
    for (int i = 0; i < 2; i++) {
      x = block(x);
    }
    String token;
    if (has(Variant.TOKEN_BEFORE_NORM)) {
      token = norm(node("Gather", x, scalar(0)).with("axis", 1).output);
    } else {
      token = node("Gather", norm(x), scalar(0)).with("axis", 1).output;
    }
    String logits =
        node("Gemm", token, weights(CLASSES, DIM), weights(CLASSES)).with("transB", 1).output;
    node("Identity", "logits", new String[] {logits});
    graph.addOutput(ValueInfoProto.newBuilder().setName("logits"));
    return ModelProto.newBuilder()
        .setIrVersion(8)
        .addOpsetImport(
            OperatorSetIdProto.newBuilder().setVersion(has(Variant.GELU_OPERATOR) ? 20 : 17))
        .setGraph(graph)
        .build();
  }

  private String embedding() {
    String patches =
        node("Conv", "image", weights(DIM, 1, PATCH, PATCH), weights(DIM))
            .with("strides", PATCH, PATCH)
            .with("kernel_shape", PATCH, PATCH)
            .output;
    String flat = node("Reshape", patches, ints(0, DIM, -1)).output;
    String rows = node("Transpose", flat).with("perm", 0, 2, 1).output;
    if (has(Variant.POSITION_BEFORE_CONCAT)) {
      rows = node("Add", rows, weights(1, TOKENS - 1, DIM)).output;
      String token = node("Add", weights(1, 1, DIM), weights(1, 1, DIM)).output;
      return node("Concat", token, rows).with("axis", 1).output;
    }
    String token = weights(1, 1, DIM);
    if (has(Variant.DYNAMIC_BATCH)) {
      // As PyTorch exports token.expand(batch, -1, -1).
      String batch = node("Gather", node("Shape", rows).output, scalar(0)).with("axis", 0).output;
      String target =
          node("Concat", node("Unsqueeze", batch, ints(0)).output, ints(-1), ints(-1))
              .with("axis", 0)
              .output;
      String ones = node("ConstantOfShape", node("Shape", target).output).with("value", 1L).output;
      String minus = node("Mul", ones, scalar(-1)).output;
      String kept = node("Where", node("Equal", target, minus).output, ones, target).output;
      token = node("Expand", token, kept).output;
    }
    String all = node("Concat", token, rows).with("axis", 1).output;
    return node("Add", all, weights(1, TOKENS, DIM)).output;
  }

  private String block(String x) {
    String middle = node("Add", x, attention(norm(x))).output;
    return node("Add", mlp(norm(middle)), middle).output;
  }

  private String norm(String x) {
    if (!has(Variant.DECOMPOSED_NORM)) {
      return node("LayerNormalization", x, weights(DIM), weights(DIM))
          .with("axis", -1)
          .withReal("epsilon", 1e-3f)
          .output;
    }
    String mean = node("ReduceMean", x).with("axes", -1).output;
    String centered = node("Sub", x, mean).output;
    String square = node("Pow", centered, real(2)).output;
    String variance = node("ReduceMean", square).with("axes", -1).output;
    String root = node("Sqrt", node("Add", variance, real(1e-3f)).output).output;
    String normal = node("Div", centered, root).output;
    return node("Add", node("Mul", normal, weights(DIM)).output, weights(DIM)).output;
  }

  private String linear(String x, int in, int out) {
    String y;
    if (has(Variant.GEMM)) {
      String rows = node("Reshape", x, ints(-1, in)).output;
      String z = node("Gemm", rows, weights(out, in), weights(out)).with("transB", 1).output;
      y = node("Reshape", z, ints(1, TOKENS, out)).output;
    } else {
      String w =
          has(Variant.TRANSPOSED_WEIGHTS)
              ? node("Transpose", weights(out, in)).with("perm", 1, 0).output
              : weights(in, out);
      y = node("Add", weights(out), node("MatMul", x, w).output).output;
    }
    if (has(Variant.LAYER_SCALE)) {
      y = node("Mul", y, weights(out)).output;
    }
    if (has(Variant.NO_OPS)) {
      y = node("Dropout", node("Cast", node("Identity", y).output).with("to", 1).output).output;
    }
    return y;
  }

  private String attention(String x) {
    String q;
    String k;
    String v;
    if (has(Variant.SEPARATE_QKV)) {
      q = heads(linear(x, DIM, DIM), 0, 2, 1, 3);
      k = heads(linear(x, DIM, DIM), 0, 2, 3, 1);
      v = heads(linear(x, DIM, DIM), 0, 2, 1, 3);
    } else {
      String all = linear(x, DIM, 3 * DIM);
      String five = node("Reshape", all, ints(1, TOKENS, 3, HEADS, HEAD_DIM)).output;
      String parts = node("Transpose", five).with("perm", 2, 0, 3, 1, 4).output;
      if (has(Variant.GATHERED_QKV)) {
        q = node("Gather", parts, scalar(0)).with("axis", 0).output;
        k = node("Gather", parts, scalar(1)).with("axis", 0).output;
        v = node("Gather", parts, scalar(2)).with("axis", 0).output;
      } else {
        String name = fresh();
        NodeProto split =
            NodeProto.newBuilder()
                .setOpType("Split")
                .setName(name)
                .addInput(parts)
                .addInput(ints(1, 1, 1))
                .addOutput(name + "q")
                .addOutput(name + "k")
                .addOutput(name + "v")
                .addAttribute(integer("axis", 0))
                .build();
        graph.addNode(split);
        q = node("Squeeze", name + "q", ints(0)).output;
        k = node("Squeeze", name + "k", ints(0)).output;
        v = node("Squeeze", name + "v", ints(0)).output;
      }
      k = node("Transpose", k).with("perm", 0, 1, 3, 2).output;
    }
    float scale = (float) (1 / Math.sqrt(HEAD_DIM));
    boolean scoresScaled = has(Variant.SCALE_SCORES) || has(Variant.DIVIDE_SCORES);
    if (has(Variant.SPLIT_SCALE)) {
      // As PyTorch exports scaled_dot_product_attention.
      String width = node("Slice", node("Shape", v).output, ints(-1), ints(1 << 30)).output;
      String root = node("Sqrt", node("Cast", width).with("to", 1).output).output;
      String half = node("Sqrt", node("Div", reals(1), root).output).output;
      q = node("Mul", q, half).output;
      k = node("Mul", k, half).output;
    } else if (!scoresScaled) {
      q = node("Mul", q, real(scale)).output;
    }
    String scores = node("MatMul", q, k).output;
    if (has(Variant.SCALE_SCORES)) {
      scores = node("Mul", scores, real(scale)).output;
    } else if (has(Variant.DIVIDE_SCORES)) {
      scores = node("Div", scores, real(1 / scale)).output;
    }
    String probabilities = node("Softmax", scores).with("axis", -1).output;
    String context = node("MatMul", probabilities, v).output;
    String tokens = node("Transpose", context).with("perm", 0, 2, 1, 3).output;
    return linear(node("Reshape", tokens, ints(1, TOKENS, DIM)).output, DIM, DIM);
  }

  private String heads(String x, int... perm) {
    String four = node("Reshape", x, ints(0, 0, HEADS, HEAD_DIM)).output;
    return node("Transpose", four).with("perm", perm).output;
  }

  private String mlp(String x) {
    return linear(gelu(linear(x, DIM, HIDDEN)), HIDDEN, DIM);
  }

  private String gelu(String x) {
    if (has(Variant.GELU_OPERATOR)) {
      return node("Gelu", x).output;
    }
    String erf = node("Erf", node("Div", x, real((float) Math.sqrt(2))).output).output;
    String gate = node("Add", erf, real(1)).output;
    if (has(Variant.HALF_FIRST_GELU)) {
      return node("Mul", node("Mul", x, real(0.5f)).output, gate).output;
    }
    return node("Mul", node("Mul", x, gate).output, real(0.5f)).output;
  }

  // --- Graph building

  private final class Building {
    final String output;
    private final int index;

    Building(int index, String output) {
      this.index = index;
      this.output = output;
    }

    private Building add(AttributeProto attribute) {
      graph.getNodeBuilder(index).addAttribute(attribute);
      return this;
    }

    Building with(String name, int value) {
      return name.equals("axes") ? with(name, new int[] {value}) : add(integer(name, value));
    }

    Building with(String name, int... values) {
      AttributeProto.Builder a =
          AttributeProto.newBuilder().setName(name).setType(AttributeProto.AttributeType.INTS);
      for (int v : values) {
        a.addInts(v);
      }
      return add(a.build());
    }

    Building with(String name, long tensor) {
      TensorProto t =
          TensorProto.newBuilder().setDataType(7).addDims(1).addInt64Data(tensor).build();
      return add(
          AttributeProto.newBuilder()
              .setName(name)
              .setType(AttributeProto.AttributeType.TENSOR)
              .setT(t)
              .build());
    }

    Building withReal(String name, float value) {
      return add(
          AttributeProto.newBuilder()
              .setName(name)
              .setType(AttributeProto.AttributeType.FLOAT)
              .setF(value)
              .build());
    }
  }

  private static AttributeProto integer(String name, int value) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.INT)
        .setI(value)
        .build();
  }

  private String fresh() {
    return "n" + names++;
  }

  private Building node(String op, String... inputs) {
    return node(op, fresh(), inputs);
  }

  private Building node(String op, String output, String[] inputs) {
    graph.addNode(
        NodeProto.newBuilder()
            .setOpType(op)
            .setName("/" + output)
            .addAllInput(Arrays.asList(inputs))
            .addOutput(output));
    return new Building(graph.getNodeCount() - 1, output);
  }

  private String weights(int... shape) {
    String name = fresh();
    TensorProto.Builder t = TensorProto.newBuilder().setName(name).setDataType(1);
    int size = 1;
    for (int d : shape) {
      t.addDims(d);
      size *= d;
    }
    for (int i = 0; i < size; i++) {
      t.addFloatData((float) (random.nextGaussian() * 0.5));
    }
    graph.addInitializer(t);
    return name;
  }

  private String real(float value) {
    return tensor(TensorProto.newBuilder().setDataType(1).addFloatData(value));
  }

  private String reals(float value) {
    return tensor(TensorProto.newBuilder().setDataType(1).addDims(1).addFloatData(value));
  }

  private String scalar(long value) {
    return tensor(TensorProto.newBuilder().setDataType(7).addInt64Data(value));
  }

  private String ints(long... values) {
    TensorProto.Builder t = TensorProto.newBuilder().setDataType(7).addDims(values.length);
    for (long v : values) {
      t.addInt64Data(v);
    }
    return tensor(t);
  }

  private String tensor(TensorProto.Builder value) {
    String name = fresh();
    graph.addNode(
        NodeProto.newBuilder()
            .setOpType("Constant")
            .setName("/" + name)
            .addOutput(name)
            .addAttribute(
                AttributeProto.newBuilder()
                    .setName("value")
                    .setType(AttributeProto.AttributeType.TENSOR)
                    .setT(value)));
    return name;
  }
}
