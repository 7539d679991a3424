package org.p2vit.onnx.qdq;

import ai.onnx.proto.OnnxMl.FunctionProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.p2vit.numerics.LayerNormMath;
import org.p2vit.numerics.LogSoftmax;
import org.p2vit.numerics.Tables;
import org.p2vit.onnx.OperatorNames;

/**
 * What is not linear, as functions (in ONNX's sense) of standard operators, so that ONNX Runtime
 * computes it as docs/numerics.md says, bit for bit: in float or double where those are exact, else
 * in integers. Tensors in and out are real numbers on the grid of their codes.
 */
final class Functions {
  static final int OPSET = 21;

  private static final double SAT16_MIN = Short.MIN_VALUE;
  private static final double SAT16_MAX = Short.MAX_VALUE;

  private Functions() {}

  /**
   * @param channels C, of every LayerNorm
   * @param wide whether the graph has a {@link OperatorNames#WIDE_LINEAR}
   */
  static List<FunctionProto> all(int channels, boolean wide) {
    FunctionProto norm = layerNorm(channels);
    return wide
        ? List.of(norm, softmax(), activation(), wideLinear())
        : List.of(norm, softmax(), activation());
  }

  private static FunctionProto function(
      String name, List<String> inputs, List<String> outputs, NodeList body) {
    return FunctionProto.newBuilder()
        .setDomain(OperatorNames.DOMAIN)
        .setName(name)
        .addAllInput(inputs)
        .addAllOutput(outputs)
        .addAllNode(body.nodes())
        .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(OPSET))
        .build();
  }

  /** Section 7. */
  private static FunctionProto layerNorm(int channels) {
    int l = LayerNormMath.log2Channels(channels);
    NodeList f = new NodeList();
    String last = f.constant(Tensors.longs(new long[] {-1}, 1));
    String x = f.cast(f.node("Div", "x", "x_scale"), DataType.INT64);
    String s1 = f.node("ReduceSum", x, last);
    String s2 = f.node("ReduceSum", f.node("Mul", x, x), last);
    String square = f.node("Mul", s1, s1);
    String w =
        f.node("Add", f.node("Sub", f.node("Mul", s2, whole(f, channels)), square), "epsilon");

    // h = floor(log2(W) / 2): how many powers of four W has reached.
    long[] fours = IntStream.rangeClosed(1, 30).mapToLong(i -> 1L << 2 * i).toArray();
    String reached = f.node("GreaterOrEqual", w, f.constant(Tensors.longs(fours, fours.length)));
    String h = f.node("ReduceSum", f.cast(reached, DataType.INT64), last);
    long[] up =
        IntStream.rangeClosed(0, 30).mapToLong(i -> 1L << Math.max(0, 16 - 2 * i)).toArray();
    long[] down =
        IntStream.rangeClosed(0, 30).mapToLong(i -> 1L << Math.max(0, 2 * i - 16)).toArray();
    String raised = f.node("Mul", w, f.node("Gather", f.constant(Tensors.longs(up, 31)), h));
    String m = f.node("Div", raised, f.node("Gather", f.constant(Tensors.longs(down, 31)), h));

    int[] table = Tables.reciprocalSqrt();
    String row = f.node("Sub", f.node("Div", m, whole(f, 1 << 11)), whole(f, 32));
    String y0 = lookUp(f, table.length, i -> table[i], f.node("Max", row, whole(f, 0)));
    String cube = f.node("Mul", f.node("Mul", y0, y0), f.cast(m, DataType.DOUBLE));
    String u = rounded(f, cube, real(f, 0x1p-30));
    String newton = f.node("Mul", y0, f.node("Sub", real(f, 3 << 16), u));
    // W = 0 has no reciprocal square root; r is 0 then.
    String positive = f.cast(f.node("Greater", w, whole(f, 0)), DataType.DOUBLE);
    String r1 = f.node("Mul", rounded(f, newton, real(f, 0x1p-16)), positive);
    String r = rounded(f, r1, real(f, Math.scalb((double) channels, -l)));

    // The mean's product can have more than a double's 53 bits: round the low part alone.
    int n = LayerNormMath.meanShift(channels);
    String product = f.node("Mul", s1, whole(f, LayerNormMath.reciprocal(channels)));
    String low = f.node("Mod", product, whole(f, 1L << (n + 1)));
    String high = f.cast(f.node("Sub", product, low), DataType.DOUBLE);
    String unit = real(f, Math.scalb(1.0, -n));
    String mean =
        f.node("Add", f.node("Mul", high, unit), rounded(f, f.cast(low, DataType.DOUBLE), unit));

    String factor =
        f.node(
            "Mul", r, lookUp(f, 31, i -> Math.scalb(1.0, -(i + LayerNormMath.Z_FRACTION - l)), h));
    String fine =
        f.node("Mul", f.cast(x, DataType.DOUBLE), real(f, 1 << LayerNormMath.MEAN_FRACTION));
    String z = saturated(f, rounded(f, f.node("Sub", fine, mean), factor), SAT16_MIN, SAT16_MAX);
    String scaled =
        f.node(
            "Add",
            f.node("Mul", z, f.cast("gain", DataType.DOUBLE)),
            f.cast("offset", DataType.DOUBLE));
    String y = rounded(f, scaled, f.cast("factor", DataType.DOUBLE));
    String code = f.cast(saturated(f, y, -128, 127), DataType.FLOAT);
    f.named("y", "Mul", code, "y_scale");
    return function(
        OperatorNames.LAYER_NORM,
        List.of("x", "gain", "offset", "factor", "x_scale", "epsilon", "y_scale"),
        List.of("y"),
        f);
  }

  /** Section 5. A real score times {@code log2(e) * 2^8} is {@code d * 5909 * 2^(e_s - 4)}. */
  private static FunctionProto softmax() {
    NodeList f = new NodeList();
    String last = f.constant(Tensors.longs(new long[] {-1}, 1));
    String distance = f.node("Sub", f.node("ReduceMax", "scores", last), "scores");
    float log2e = Math.scalb((float) Tables.LOG2E, Tables.LOG_FRACTION - Tables.LOG2E_FRACTION);
    String t =
        f.node(
            "Min",
            f.node("Round", f.node("Mul", distance, single(f, log2e))),
            single(f, Tables.LOG_MAX));
    int[] powers = IntStream.rangeClosed(0, Tables.LOG_MAX).map(LogSoftmax::power).toArray();
    String power =
        f.node(
            "Gather", f.constant(Tensors.ints(powers, powers.length)), f.cast(t, DataType.INT32));
    String sum = f.node("ReduceSum", power, last);

    // k = floor(log2 S) - 5: how many powers of two from 64 on S has reached.
    int[] twos = IntStream.rangeClosed(6, 30).map(i -> 1 << i).toArray();
    String reached = f.node("GreaterOrEqual", sum, f.constant(Tensors.ints(twos, twos.length)));
    String k = f.node("ReduceSum", f.cast(reached, DataType.INT32), last);
    int[] units = IntStream.rangeClosed(0, 25).map(i -> 1 << i).toArray();
    String unit = f.node("Gather", f.constant(Tensors.ints(units, units.length)), k);
    String top = f.node("Sub", f.node("Div", sum, unit), f.constant(Tensors.ints(new int[] {32})));
    String fraction = lookUpSingle(f, Arrays.stream(Tables.log()).mapToDouble(v -> v), top);
    String whole =
        lookUpSingle(f, IntStream.rangeClosed(0, 25).mapToDouble(i -> (i - 10) * 256), k);
    String logSum = f.node("Add", whole, fraction);
    String exact =
        f.node("Mul", f.node("Add", t, logSum), single(f, Math.scalb(1f, -Tables.LOG_FRACTION)));
    String code = f.node("Clip", f.node("Round", exact), single(f, 0), single(f, Tables.CODE_ZERO));
    f.cast("codes", code, DataType.INT8);
    DoubleStream factors =
        IntStream.rangeClosed(0, Tables.CODE_ZERO)
            .mapToDouble(a -> a == Tables.CODE_ZERO ? 0 : Math.scalb(1.0, -a));
    f.named("attention", "Identity", lookUpSingle(f, factors, f.cast(code, DataType.INT32)));
    return function(OperatorNames.SOFTMAX, List.of("scores"), List.of("codes", "attention"), f);
  }

  /** Section 4. */
  private static FunctionProto activation() {
    NodeList f = new NodeList();
    String p = f.node("Div", "p", "scale");
    String u = f.node("Round", f.node("Mul", f.node("Abs", p), "index_factor"));
    String index = f.cast(f.node("Min", u, single(f, 255)), DataType.INT32);
    String a = f.node("Sub", f.node("Relu", p), f.node("Gather", "table", index));
    f.named("y", "Mul", a, "scale");
    return function(
        OperatorNames.ACTIVATION, List.of("p", "scale", "index_factor", "table"), List.of("y"), f);
  }

  /** Section 3. */
  private static FunctionProto wideLinear() {
    NodeList f = new NodeList();
    String product =
        f.node("MatMul", f.cast("x", DataType.DOUBLE), f.cast("weights", DataType.DOUBLE));
    String bias =
        f.node("Mul", f.cast("bias", DataType.DOUBLE), f.cast("acc_scale", DataType.DOUBLE));
    String real = f.node("Add", product, bias);
    String code = f.node("Round", f.node("Div", real, f.cast("y_scale", DataType.DOUBLE)));
    String limited = f.node("Max", f.node("Min", code, "max"), "min");
    f.named("y", "Mul", f.cast(limited, DataType.FLOAT), "y_scale");
    return function(
        OperatorNames.WIDE_LINEAR,
        List.of("x", "weights", "bias", "acc_scale", "y_scale", "min", "max"),
        List.of("y"),
        f);
  }

  // --- Small things

  /** {@code x * scale}, rounded half to even as ONNX's Round does. */
  private static String rounded(NodeList f, String x, String scale) {
    return f.node("Round", f.node("Mul", x, scale));
  }

  private static String saturated(NodeList f, String x, double min, double max) {
    return f.node("Clip", x, real(f, min), real(f, max));
  }

  private static String lookUp(NodeList f, int size, IntToDoubleFunction table, String index) {
    double[] values = IntStream.range(0, size).mapToDouble(table::applyAsDouble).toArray();
    return f.node("Gather", f.constant(Tensors.doubles(values, size)), index);
  }

  private static String lookUpSingle(NodeList f, DoubleStream table, String index) {
    double[] values = table.toArray();
    float[] floats = new float[values.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) values[i];
    }
    return f.node("Gather", f.constant(Tensors.floats(floats, floats.length)), index);
  }

  private static String real(NodeList f, double value) {
    return f.constant(Tensors.doubles(new double[] {value}));
  }

  private static String single(NodeList f, float value) {
    TensorProto tensor = Tensors.floats(new float[] {value});
    return f.constant(tensor);
  }

  private static String whole(NodeList f, long value) {
    return f.constant(Tensors.longs(new long[] {value}));
  }
}
