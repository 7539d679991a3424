package org.p2vit.onnx.qdq;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.p2vit.model.InputException;

/** An ONNX graph under construction: nodes, and initializers by name. */
final class QdqGraph {
  /** Of a scale, so that codes, their sums and their products are normal floats. */
  private static final int MAX_EXPONENT = 60;

  final NodeList nodes = new NodeList();
  private final Map<String, TensorProto> initializers = new LinkedHashMap<>();

  /** Quantizers' code types. */
  enum Code {
    INT8(DataType.INT8),
    INT16(DataType.INT16);

    private final DataType type;

    Code(DataType type) {
      this.type = type;
    }

    /** The narrower that holds {@code bits}. */
    static Code of(int bits) {
      return bits <= 8 ? INT8 : INT16;
    }
  }

  String initializer(String name, TensorProto value) {
    initializers.putIfAbsent(name, value);
    return name;
  }

  /** A vector of dimensions for Reshape, Expand and the like. */
  String dims(long... values) {
    return initializer(
        "dims" + Arrays.toString(values).replaceAll("[\\[\\] ]", "_").replace(",", ""),
        Tensors.longs(values, values.length));
  }

  /** A scalar {@code 2^exponent}. */
  String scale(int exponent) {
    return initializer(
        "scale_" + exponent, Tensors.floats(new float[] {power(exponent, "a scale")}));
  }

  /** {@code 2^exponent}: a scalar if there is one exponent only, else a vector. */
  private String scale(String name, int[] exponents) {
    if (uniform(exponents)) {
      return scale(exponents[0]);
    }
    return initializer(name + ".scale", Tensors.floats(powers(exponents, name), exponents.length));
  }

  static float[] powers(int[] exponents, String name) {
    float[] scales = new float[exponents.length];
    for (int i = 0; i < scales.length; i++) {
      scales[i] = power(exponents[i], name);
    }
    return scales;
  }

  private static float power(int exponent, String name) {
    if (Math.abs(exponent) > MAX_EXPONENT) {
      throw new InputException(
          "%s has the exponent %d; ONNX's floats allow for -%d to %d"
              .formatted(name, exponent, MAX_EXPONENT, MAX_EXPONENT));
    }
    return Math.scalb(1f, exponent);
  }

  static boolean uniform(int[] exponents) {
    return Arrays.stream(exponents).allMatch(e -> e == exponents[0]);
  }

  private String zeroPoint(Code code, int[] exponents) {
    int n = exponents.length;
    boolean scalar = uniform(exponents);
    long[] dims = scalar ? new long[0] : new long[] {n};
    int size = scalar ? 1 : n;
    String name = "zero_" + code.type.name().toLowerCase(Locale.ROOT);
    return initializer(
        scalar ? name : name + "_" + n,
        code == Code.INT8
            ? Tensors.bytes(new byte[size], dims)
            : Tensors.shorts(new short[size], dims));
  }

  /**
   * Quantizes and dequantizes: codes are named {@code name.codes}, the real tensor {@code name}.
   *
   * @param exponents one a channel of {@code axis}
   */
  String quantized(String name, String real, Code code, int axis, int[] exponents) {
    String scale = scale(name, exponents);
    String zero = zeroPoint(code, exponents);
    String codes = name + QdqExporter.CODES;
    if (uniform(exponents)) {
      nodes.named(codes, "QuantizeLinear", real, scale, zero);
      return nodes.named(name, "DequantizeLinear", codes, scale, zero);
    }
    nodes.perAxis(codes, "QuantizeLinear", axis, real, scale, zero);
    return nodes.perAxis(name, "DequantizeLinear", axis, codes, scale, zero);
  }

  /**
   * A constant of codes, dequantized.
   *
   * @param exponents one an index of {@code axis}
   */
  String dequantized(String name, TensorProto codes, int axis, int[] exponents) {
    initializer(name + QdqExporter.CODES, codes);
    return nodes.perAxis(
        name,
        "DequantizeLinear",
        axis,
        name + QdqExporter.CODES,
        initializer(name + ".scale", Tensors.floats(powers(exponents, name), exponents.length)));
  }

  void addTo(GraphProto.Builder graph) {
    graph.addAllNode(nodes.nodes());
    initializers.forEach((name, tensor) -> graph.addInitializer(tensor.toBuilder().setName(name)));
  }
}
