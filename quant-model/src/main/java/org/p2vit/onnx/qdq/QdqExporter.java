package org.p2vit.onnx.qdq;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto.Dimension;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.p2vit.model.Activation;
import org.p2vit.model.Attention;
import org.p2vit.model.Block;
import org.p2vit.model.InputException;
import org.p2vit.model.Linear;
import org.p2vit.model.Mlp;
import org.p2vit.model.ModelValidator;
import org.p2vit.model.Norm;
import org.p2vit.model.QuantizedModel;
import org.p2vit.model.Residual;
import org.p2vit.model.VitShape;
import org.p2vit.numerics.Rounding;
import org.p2vit.onnx.OperatorNames;
import org.p2vit.onnx.qdq.QdqGraph.Code;

/**
 * Writes an integer model as ONNX with QuantizeLinear and DequantizeLinear
 * (docs/quantized-onnx.md): ONNX Runtime computes every tensor of docs/numerics.md with the golden
 * model's codes. Arithmetic is on real numbers that floats hold exactly, as a layer's weights and
 * bias promise; layers that may need more bits go through {@link OperatorNames#WIDE_LINEAR}.
 *
 * <p>Codes of tensor {@code t} of docs/numerics.md section 2 are the ONNX tensor {@code t.codes},
 * what they stand for is {@code t}.
 */
public final class QdqExporter {
  /** Ends the names of tensors that hold codes. */
  public static final String CODES = ".codes";

  /** The graph's input: normalized images, N x channels x height x width. */
  public static final String IMAGE = "image";

  /** Metadata: one number an image channel, separated by blanks. */
  public static final String MEAN = "p2vit.mean";

  public static final String STD = "p2vit.std";

  /** Metadata: the model's name. */
  public static final String NAME = "p2vit.name";

  private static final int IR_VERSION = 10;

  /** Channels of a token are the last of three dimensions. */
  private static final int CHANNEL = 2;

  private static final int HEAD = 1;

  /** A float holds every integer up to this in magnitude. */
  private static final int FLOAT_LIMIT = 1 << 24;

  private final QuantizedModel model;
  private final VitShape shape;
  private final QdqGraph graph = new QdqGraph();
  private final NodeList nodes = graph.nodes;
  private boolean wide;

  private QdqExporter(QuantizedModel model) {
    this.model = model;
    this.shape = model.shape();
  }

  /**
   * Writes a model.
   *
   * @return the bytes of an ONNX file
   * @throws InputException if the model breaks a rule of docs/numerics.md, or floats cannot hold
   *     one of its scales
   */
  public static byte[] export(QuantizedModel model) {
    ModelValidator.check(model);
    return new QdqExporter(model).run().toByteArray();
  }

  private ModelProto run() {
    String x = embed();
    Residual scale = model.embed();
    for (int i = 0; i < model.blocks().size(); i++) {
      Block block = model.blocks().get(i);
      String prefix = "blocks." + i + ".";
      x = attention(prefix, block, x, scale);
      x = mlp(prefix, block, x);
      scale = block.residual2();
    }
    String classToken = nodes.gather(x, graph.dims(0), 1);
    String normalized = norm("norm", model.norm(), classToken, scale);
    int[] exponents = filled(shape.classes(), model.logitsExponent());
    int[] input = filled(shape.dim(), model.norm().exponent());
    String head = linear("head", normalized, model.head(), input, exponents, 16);
    String rows = nodes.node("Reshape", head, graph.dims(-1, shape.classes()));
    graph.quantized("logits", rows, Code.INT16, 1, exponents);

    GraphProto.Builder proto = GraphProto.newBuilder().setName(model.name());
    proto.addInput(floats(IMAGE, shape.imageChannels(), shape.imageHeight(), shape.imageWidth()));
    proto.addOutput(floats("logits", shape.classes()));
    graph.addTo(proto);
    return ModelProto.newBuilder()
        .setIrVersion(IR_VERSION)
        .setProducerName("p2vit")
        .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(Functions.OPSET))
        .addOpsetImport(
            OperatorSetIdProto.newBuilder().setDomain(OperatorNames.DOMAIN).setVersion(1))
        .addAllFunctions(Functions.all(shape.dim(), wide))
        .addMetadataProps(StringStringEntryProto.newBuilder().setKey(NAME).setValue(model.name()))
        .addMetadataProps(metadata(MEAN, model.preprocessing().mean()))
        .addMetadataProps(metadata(STD, model.preprocessing().std()))
        .setGraph(proto)
        .build();
  }

  private static StringStringEntryProto.Builder metadata(String key, double[] values) {
    return StringStringEntryProto.newBuilder()
        .setKey(key)
        .setValue(
            Arrays.stream(values).mapToObj(Double::toString).collect(Collectors.joining(" ")));
  }

  private static ValueInfoProto floats(String name, int... dims) {
    TensorShapeProto.Builder all =
        TensorShapeProto.newBuilder().addDim(Dimension.newBuilder().setDimParam("N"));
    for (int d : dims) {
      all.addDim(Dimension.newBuilder().setDimValue(d));
    }
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(
            TypeProto.newBuilder()
                .setTensorType(
                    TypeProto.Tensor.newBuilder()
                        .setElemType(DataType.FLOAT.getNumber())
                        .setShape(all)))
        .build();
  }

  /** Patches through the patch embedding, the class token before them, positions added. */
  private String embed() {
    int p = shape.patchSize();
    int rows = shape.imageHeight() / p;
    int columns = shape.imageWidth() / p;
    int dim = shape.dim();
    int[] exponents = channels(model.embed());
    String windows =
        nodes.node("Reshape", IMAGE, graph.dims(0, shape.imageChannels(), rows, p, columns, p));
    String patches =
        nodes.node(
            "Reshape",
            nodes.transpose(windows, 0, 2, 4, 1, 3, 5),
            graph.dims(0, shape.patches(), shape.patchDim()));
    int[] input = filled(shape.patchDim(), model.preprocessing().exponent());
    String codes = graph.quantized("input", patches, Code.INT8, CHANNEL, input);
    String embedded =
        branch("patchEmbedding", "patches", codes, model.patchEmbedding(), input, model.embed());
    String token =
        graph.dequantized(
            "classToken", Tensors.shorts(classToken(), 1, 1, dim), CHANNEL, exponents);
    String size = nodes.concat(0, nodes.batch(embedded), graph.dims(1, dim));
    String all = nodes.concat(1, nodes.node("Expand", token, size), embedded);
    String position =
        graph.dequantized(
            "position", Tensors.shorts(model.position(), shape.tokens(), dim), 1, exponents);
    return stream("embed", nodes.node("Add", all, position), model.embed());
  }

  /** What the patch embedding makes of a row of zeros. */
  private short[] classToken() {
    Linear l = model.patchEmbedding();
    short[] token = new short[l.out()];
    for (int o = 0; o < token.length; o++) {
      int n = model.embed().exponent(o) - l.accExponent()[o];
      token[o] = (short) Rounding.requantize(l.bias()[o], n, model.residualBits());
    }
    return token;
  }

  private String attention(String prefix, Block block, String x, Residual before) {
    Attention a = block.attention();
    String path = prefix + "attention.";
    int tokens = shape.tokens();
    int dim = shape.dim();
    String input = norm(prefix + "norm1", block.norm1(), x, before);
    int[] e = filled(dim, block.norm1().exponent());
    String query = linear(path + "query", input, a.query(), e, a.queryExponent(), 8);
    query = graph.quantized(prefix + "query", query, Code.INT8, CHANNEL, a.queryExponent());
    String key = linear(path + "key", input, a.key(), e, a.keyExponent(), 8);
    key = graph.quantized(prefix + "key", key, Code.INT8, CHANNEL, a.keyExponent());
    String value = linear(path + "value", input, a.value(), e, a.valueExponent(), 8);
    value = graph.quantized(prefix + "value", value, Code.INT8, CHANNEL, a.valueExponent());
    String product = nodes.node("MatMul", heads(query, 0, 2, 1, 3), heads(key, 0, 2, 3, 1));
    String scores = graph.quantized(prefix + "scores", product, Code.INT8, HEAD, a.scoreExponent());
    String probabilities = prefix + "attention";
    nodes.call(
        OperatorNames.SOFTMAX, List.of(scores), List.of(probabilities + CODES, probabilities));
    String sum = nodes.node("MatMul", probabilities, heads(value, 0, 2, 1, 3));
    String rows =
        nodes.node("Reshape", nodes.transpose(sum, 0, 2, 1, 3), graph.dims(0, tokens, dim));
    int[] contextExponent = new int[dim];
    Arrays.setAll(contextExponent, a::contextExponent);
    String context = graph.quantized(prefix + "context", rows, Code.INT8, CHANNEL, contextExponent);
    String branch =
        branch(
            path + "projection",
            prefix + "projection",
            context,
            a.projection(),
            contextExponent,
            block.residual1());
    return addition(prefix + "residual1", x, before, branch, block.residual1());
  }

  private String heads(String x, int... axes) {
    String split =
        nodes.node("Reshape", x, graph.dims(0, shape.tokens(), shape.heads(), shape.headDim()));
    return nodes.transpose(split, axes);
  }

  private String mlp(String prefix, Block block, String x) {
    Mlp mlp = block.mlp();
    Activation activation = mlp.activation();
    String input = norm(prefix + "norm2", block.norm2(), x, block.residual1());
    int[] e = filled(shape.dim(), block.norm2().exponent());
    int[] preExponent = filled(shape.mlpDim(), activation.exponent());
    String before = linear(prefix + "mlp.fc1", input, mlp.fc1(), e, preExponent, 16);
    before = graph.quantized(prefix + "preActivation", before, Code.INT16, CHANNEL, preExponent);
    String activated = prefix + "activated";
    nodes.call(
        OperatorNames.ACTIVATION,
        List.of(
            before,
            graph.scale(activation.exponent()),
            graph.scale(-activation.indexShift()),
            table(prefix, activation)),
        List.of(activated));
    String hidden =
        graph.quantized(prefix + "hidden", activated, Code.INT8, CHANNEL, mlp.hiddenExponent());
    String branch =
        branch(
            prefix + "mlp.fc2",
            prefix + "fc2",
            hidden,
            mlp.fc2(),
            mlp.hiddenExponent(),
            block.residual2());
    return addition(prefix + "residual2", x, block.residual1(), branch, block.residual2());
  }

  private String table(String prefix, Activation activation) {
    float[] table = new float[activation.table().length];
    for (int u = 0; u < table.length; u++) {
      table[u] = activation.table()[u];
    }
    return graph.initializer(prefix + "activation.table", Tensors.floats(table, table.length));
  }

  private String norm(String name, Norm norm, String x, Residual input) {
    int dim = shape.dim();
    int[] shifts = new int[dim];
    Arrays.setAll(shifts, c -> -norm.shift()[c]);
    String real = name + ".normalized";
    nodes.call(
        OperatorNames.LAYER_NORM,
        List.of(
            x,
            graph.initializer(name + ".gain", Tensors.shorts(norm.gain(), dim)),
            graph.initializer(name + ".offset", Tensors.ints(norm.offset(), dim)),
            graph.initializer(name + ".factor", Tensors.floats(QdqGraph.powers(shifts, name), dim)),
            graph.scale(input.exponent()),
            graph.initializer(name + ".epsilon", Tensors.longs(new long[] {norm.epsilon()})),
            graph.scale(norm.exponent())),
        List.of(real));
    return graph.quantized(name, real, Code.INT8, CHANNEL, filled(dim, norm.exponent()));
  }

  // --- Residual stream

  /** A linear layer's output in the codes of the residual stream that it is added to. */
  private String branch(
      String path, String name, String x, Linear linear, int[] inputExponent, Residual stream) {
    int[] exponents = channels(stream);
    String y = linear(path, x, linear, inputExponent, exponents, model.residualBits());
    return stream(name, y, stream);
  }

  private String addition(String name, String x, Residual before, String branch, Residual after) {
    boolean sameScale = Arrays.equals(channels(before), channels(after));
    String old = sameScale ? x : stream(name + ".stream", x, after);
    return stream(name, nodes.node("Add", old, branch), after);
  }

  /** Quantized as the residual stream is. */
  private String stream(String name, String real, Residual scale) {
    int bits = model.residualBits();
    Code code = Code.of(bits);
    if (bits == 16) {
      return graph.quantized(name, real, code, CHANNEL, channels(scale));
    }
    // ONNX has no codes of this width. At 8 bits it has, but ONNX Runtime makes a QLinearAdd of an
    // addition between 8-bit codes, which cannot take scales a channel.
    float[] max = QdqGraph.powers(channels(scale), name);
    float[] min = max.clone();
    for (int c = 0; c < max.length; c++) {
      max[c] *= (1 << (bits - 1)) - 1;
      min[c] *= -(1 << (bits - 1));
    }
    String limited = nodes.node("Min", real, vector(name + ".max", max));
    limited = nodes.node("Max", limited, vector(name + ".min", min));
    return graph.quantized(name, limited, code, CHANNEL, channels(scale));
  }

  private String vector(String name, float[] values) {
    return graph.initializer(name, Tensors.floats(values, values.length));
  }

  // --- Linear layers

  /**
   * @param path of the layer in docs/model-format.md
   * @param inputExponent one an input channel
   * @param outputExponent one an output channel
   * @param bits of the output's codes
   * @return the output, to be quantized
   */
  private String linear(
      String path, String x, Linear l, int[] inputExponent, int[] outputExponent, int bits) {
    String weights = weights(path, l, inputExponent);
    if (largestSum(l) <= FLOAT_LIMIT) {
      String bias =
          graph.dequantized(path + ".bias", Tensors.ints(l.bias(), l.out()), 0, l.accExponent());
      return nodes.named(path, "Add", nodes.node("MatMul", x, weights), bias);
    }
    wide = true;
    double max = (1 << (bits - 1)) - 1;
    nodes.call(
        OperatorNames.WIDE_LINEAR,
        List.of(
            x,
            weights,
            graph.initializer(path + ".bias.codes", Tensors.ints(l.bias(), l.out())),
            vector(path + ".bias.scale", QdqGraph.powers(l.accExponent(), path)),
            vector(path + ".scale", QdqGraph.powers(outputExponent, path)),
            graph.initializer("min_" + bits, Tensors.doubles(new double[] {-max - 1})),
            graph.initializer("max_" + bits, Tensors.doubles(new double[] {max}))),
        List.of(path));
    return path;
  }

  /**
   * In x out, as MatMul wants them: codes at the accumulator's exponent, which is one an output
   * channel, times a power of two an input channel, which undoes the input's exponent. The product
   * also keeps ONNX Runtime from fusing dequantization and MatMul into an 8-bit kernel, which
   * saturates sums of two products to 16 bits on x86 processors without VNNI.
   */
  private String weights(String path, Linear l, int[] inputExponent) {
    byte[] transposed = new byte[l.weights().length];
    for (int o = 0; o < l.out(); o++) {
      for (int k = 0; k < l.in(); k++) {
        transposed[k * l.out() + o] = l.weights()[o * l.in() + k];
      }
    }
    TensorProto codes =
        l.weightBits() == 4
            ? Tensors.nibbles(transposed, l.in(), l.out())
            : Tensors.bytes(transposed, l.in(), l.out());
    String weights = graph.dequantized(path + ".weight", codes, 1, l.accExponent());
    int[] undo = Arrays.stream(inputExponent).map(e -> -e).toArray();
    String columns =
        graph.initializer(
            path + ".inputFactor", Tensors.floats(QdqGraph.powers(undo, path), l.in(), 1));
    return nodes.node("Mul", weights, columns);
  }

  /** The most that an accumulator, bias included, and its partial sums can reach. */
  private static long largestSum(Linear l) {
    long largest = 0;
    for (int o = 0; o < l.out(); o++) {
      long sum = Math.abs((long) l.bias()[o]);
      for (int k = 0; k < l.in(); k++) {
        sum += 128 * Math.abs(l.weights()[o * l.in() + k]);
      }
      largest = Math.max(largest, sum);
    }
    return largest;
  }

  // --- Small things

  private static int[] channels(Residual residual) {
    int[] exponents = new int[residual.ptf().length];
    Arrays.setAll(exponents, residual::exponent);
    return exponents;
  }

  private static int[] filled(int size, int value) {
    int[] array = new int[size];
    Arrays.fill(array, value);
    return array;
  }
}
