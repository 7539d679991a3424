package org.p2vit.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;

/** Evaluates nodes whose inputs are all known: shape arithmetic and rearranged weights. */
final class Folding {
  private Folding() {}

  static Constant apply(OnnxFile file, Node node, List<Constant> inputs) {
    return switch (node.op()) {
      case "Constant" -> constant(file, node);
      case "ConstantOfShape" -> constantOfShape(file, node, input(node, inputs, 0));
      case "Shape" -> shape(node, input(node, inputs, 0).shape());
      case "Size" -> Constant.of(new int[0], new long[] {input(node, inputs, 0).size()});
      case "Cast" -> cast(node, input(node, inputs, 0));
      case "Concat" -> concat(node, inputs);
      case "Range" -> range(node, inputs);
      case "Where" -> where(node, inputs);
      case "Add" -> binary(node, inputs, Double::sum);
      case "Sub" -> binary(node, inputs, (a, b) -> a - b);
      case "Mul" -> product(node, inputs);
      case "Clip" -> clip(node, inputs);
      case "Div" -> binary(node, inputs, (a, b) -> a / b);
      case "Pow" -> binary(node, inputs, Math::pow);
      case "Equal" -> truth(binary(node, inputs, (a, b) -> a == b ? 1 : 0));
      case "Less" -> truth(binary(node, inputs, (a, b) -> a < b ? 1 : 0));
      case "Greater" -> truth(binary(node, inputs, (a, b) -> a > b ? 1 : 0));
      case "Sqrt" -> unary(node, inputs, Math::sqrt);
      case "Neg" -> unary(node, inputs, a -> -a);
      case "Reciprocal" -> unary(node, inputs, a -> 1 / a);
      case "Floor" -> unary(node, inputs, Math::floor);
      case "Ceil" -> unary(node, inputs, Math::ceil);
      default -> throw node.error("is not supported on constants or in shape arithmetic");
    };
  }

  private static Constant input(Node node, List<Constant> inputs, int i) {
    if (i >= inputs.size() || inputs.get(i) == null) {
      throw node.error("input " + i + " is missing");
    }
    return inputs.get(i);
  }

  private static Constant constant(OnnxFile file, Node node) {
    for (AttributeProto a : node.proto().getAttributeList()) {
      switch (a.getName()) {
        case "value":
          return file.constant("the value of " + node, a.getT());
        case "value_int":
          return Constant.of(new int[0], new long[] {a.getI()});
        case "value_ints":
          return Constant.vector(a.getIntsList().stream().mapToLong(i -> i).toArray());
        case "value_float":
          return Constant.of(new int[0], new float[] {a.getF()});
        case "value_floats":
          float[] values = new float[a.getFloatsCount()];
          for (int i = 0; i < values.length; i++) {
            values[i] = a.getFloats(i);
          }
          return Constant.of(new int[] {values.length}, values);
        default:
      }
    }
    throw node.error("has no value that is understood");
  }

  private static Constant constantOfShape(OnnxFile file, Node node, Constant shape) {
    AttributeProto value = node.find("value");
    Constant fill =
        value == null
            ? Constant.of(new int[] {1}, new float[1])
            : file.constant("the value of " + node, value.getT());
    int[] dims = shape.ints(node);
    return fill.select(dims, new int[Shapes.size(dims)]);
  }

  /** Also of a tensor that depends on the image: its shape is known. */
  static Constant shape(Node node, int[] shape) {
    int start = clamp(node.integer("start", 0), shape.length);
    int end = clamp(node.integer("end", shape.length), shape.length);
    return Constant.vector(
        Arrays.stream(shape, start, Math.max(start, end)).asLongStream().toArray());
  }

  private static int clamp(int axis, int rank) {
    return Math.max(0, Math.min(rank, axis < 0 ? axis + rank : axis));
  }

  private static Constant cast(Node node, Constant from) {
    DataType to = DataType.forNumber(node.integer("to", 0));
    return switch (to == null ? DataType.UNDEFINED : to) {
      case FLOAT, DOUBLE -> Constant.of(from.shape(), from.floats());
      case INT64, INT32 -> Constant.of(from.shape(), from.longs());
      case BOOL ->
          Constant.of(from.shape(), Arrays.stream(from.longs()).map(v -> v != 0 ? 1 : 0).toArray());
      default ->
          throw node.error("casts to " + to + "; FLOAT, DOUBLE, INT64, INT32, BOOL are accepted");
    };
  }

  private static Constant concat(Node node, List<Constant> inputs) {
    int[] shape = input(node, inputs, 0).shape().clone();
    int axis = Shapes.axis(node.integer("axis", 0), shape.length);
    if (axis < 0) {
      throw node.error("the axis is out of range");
    }
    int total = 0;
    boolean integer = true;
    for (Constant c : inputs) {
      int[] s = c.shape().clone();
      if (s.length != shape.length) {
        throw node.error("the inputs' ranks differ");
      }
      total += s[axis];
      integer &= c.integer();
      s[axis] = shape[axis];
      if (!Arrays.equals(s, shape)) {
        throw node.error("the inputs' shapes differ");
      }
    }
    shape[axis] = total;
    int outer = Shapes.size(Arrays.copyOf(shape, axis));
    float[] floats = new float[integer ? 0 : Shapes.size(shape)];
    long[] longs = new long[integer ? Shapes.size(shape) : 0];
    int at = 0;
    for (int o = 0; o < outer; o++) {
      for (Constant c : inputs) {
        int part = outer == 0 ? 0 : c.size() / outer;
        if (integer) {
          System.arraycopy(c.longs(), o * part, longs, at, part);
        } else {
          System.arraycopy(c.floats(), o * part, floats, at, part);
        }
        at += part;
      }
    }
    return integer ? Constant.of(shape, longs) : Constant.of(shape, floats);
  }

  private static Constant range(Node node, List<Constant> inputs) {
    double start = input(node, inputs, 0).number(0);
    double limit = input(node, inputs, 1).number(0);
    double delta = input(node, inputs, 2).number(0);
    int n = (int) Math.max(0, Math.min(1 << 20, Math.ceil((limit - start) / delta)));
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = (float) (start + i * delta);
    }
    Constant floats = Constant.of(new int[] {n}, values);
    return inputs.get(0).integer() ? Constant.of(new int[] {n}, floats.longs()) : floats;
  }

  private static Constant where(Node node, List<Constant> inputs) {
    Constant condition = input(node, inputs, 0);
    Constant yes = input(node, inputs, 1);
    Constant no = input(node, inputs, 2);
    int[] shape = Shapes.broadcast(yes.shape(), no.shape());
    shape = shape == null ? null : Shapes.broadcast(shape, condition.shape());
    if (shape == null) {
      throw node.error("the inputs' shapes do not broadcast");
    }
    int[] c = Shapes.broadcastMap(condition.shape(), shape);
    int[] y = Shapes.broadcastMap(yes.shape(), shape);
    int[] n = Shapes.broadcastMap(no.shape(), shape);
    if (yes.integer() && no.integer()) {
      long[] values = new long[c.length];
      for (int i = 0; i < values.length; i++) {
        values[i] = condition.number(c[i]) != 0 ? yes.longs()[y[i]] : no.longs()[n[i]];
      }
      return Constant.of(shape, values);
    }
    float[] values = new float[c.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (condition.number(c[i]) != 0 ? yes.number(y[i]) : no.number(n[i]));
    }
    return Constant.of(shape, values);
  }

  private static Constant binary(Node node, List<Constant> inputs, DoubleBinaryOperator f) {
    Constant a = input(node, inputs, 0);
    Constant b = input(node, inputs, 1);
    int[] shape = Shapes.broadcast(a.shape(), b.shape());
    if (shape == null) {
      throw node.error("the inputs' shapes do not broadcast");
    }
    int[] x = Shapes.broadcastMap(a.shape(), shape);
    int[] y = Shapes.broadcastMap(b.shape(), shape);
    if (a.integer() && b.integer()) {
      long[] values = new long[x.length];
      for (int i = 0; i < values.length; i++) {
        // Truncation is ONNX's integer division.
        values[i] = (long) f.applyAsDouble(a.number(x[i]), b.number(y[i]));
      }
      return Constant.of(shape, values);
    }
    float[] values = new float[x.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) f.applyAsDouble(a.number(x[i]), b.number(y[i]));
    }
    return Constant.of(shape, values);
  }

  /** Codes stay codes. */
  private static Constant clip(Node node, List<Constant> inputs) {
    Constant data = input(node, inputs, 0);
    double min = bound(inputs, 1, Double.NEGATIVE_INFINITY);
    double max = bound(inputs, 2, Double.POSITIVE_INFINITY);
    if (data.integer()) {
      long[] values =
          Arrays.stream(data.longs()).map(v -> (long) Math.max(min, Math.min(max, v))).toArray();
      return Constant.codes(data.shape(), values, data.type());
    }
    return unary(node, inputs, v -> Math.max(min, Math.min(max, v)));
  }

  private static double bound(List<Constant> inputs, int i, double otherwise) {
    return i < inputs.size() && inputs.get(i) != null ? inputs.get(i).number(0) : otherwise;
  }

  /** Codes stay codes if they are multiplied by powers of two. */
  private static Constant product(Node node, List<Constant> inputs) {
    for (int i = 0; i < inputs.size() && inputs.size() == 2; i++) {
      Constant codes = inputs.get(i);
      Constant factor = inputs.get(1 - i);
      if (codes != null && codes.dequantized() && factor != null) {
        int[] shape = Shapes.broadcast(codes.shape(), factor.shape());
        if (Arrays.equals(shape, codes.shape())) {
          int[] map = Shapes.broadcastMap(factor.shape(), shape);
          return codes.times(Arrays.stream(map).mapToDouble(factor::number).toArray());
        }
      }
    }
    return binary(node, inputs, (a, b) -> a * b);
  }

  private static Constant truth(Constant c) {
    return Constant.of(c.shape(), c.longs());
  }

  private static Constant unary(Node node, List<Constant> inputs, DoubleUnaryOperator f) {
    Constant a = input(node, inputs, 0);
    if (a.integer()) {
      return Constant.of(
          a.shape(), Arrays.stream(a.longs()).map(v -> (long) f.applyAsDouble(v)).toArray());
    }
    float[] values = new float[a.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) f.applyAsDouble(a.number(i));
    }
    return Constant.of(a.shape(), values);
  }
}
