package org.p2vit.onnx;

import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import java.util.Arrays;
import java.util.List;
import org.p2vit.model.InputException;

/**
 * A quantizer of a graph: QuantizeLinear, DequantizeLinear, or QONNX's Quant. Scales are powers of
 * two and zero points 0, or it is an {@link InputException}.
 *
 * @param node for messages
 * @param type of the codes
 * @param narrow whether the most negative code is left out
 * @param exponents one an element of the tensor
 */
record Quantizer(Node node, CodeType type, boolean narrow, int[] exponents) {
  /** Whether a node is one. */
  static boolean is(Node node) {
    String domain = node.proto().getDomain();
    return switch (node.op()) {
      case "QuantizeLinear", "DequantizeLinear" ->
          domain.isEmpty() || domain.equals("ai.onnx") || domain.equals("com.microsoft");
      case OperatorNames.QUANT -> OperatorNames.QUANT_DOMAINS.contains(domain);
      default -> false;
    };
  }

  static boolean isPowerOfTwo(double v) {
    return v > 0 && Double.isFinite(v) && v == Math.scalb(1.0, Math.getExponent(v));
  }

  /** The power of two that {@code v} is but for float rounding, or {@code v}. */
  static double snapped(double v) {
    double near = v > 0 && Double.isFinite(v) ? Math.scalb(1.0, nearestExponent(v)) : v;
    return Math.abs(v - near) < 1e-6 * near ? near : v;
  }

  /**
   * @param shape of the tensor that is quantized
   * @param inputs the tensor; scale; zero point (may be missing); of Quant also the bit width
   * @param codes the type of what a DequantizeLinear reads, else null
   */
  static Quantizer of(Node node, int[] shape, List<Value> inputs, CodeType codes) {
    Constant scale = constant(node, inputs, 1, "the scale");
    int[] map;
    if (node.op().equals(OperatorNames.QUANT)) {
      map = broadcastMap(node, scale, shape);
    } else {
      map = axisMap(node, scale, shape);
    }
    int[] exponents = exponents(node, scale);
    if (inputs.size() > 2 && inputs.get(2) != null) {
      checkZero(node, constant(node, inputs, 2, "the zero point"));
    }
    int[] all = new int[map.length];
    for (int i = 0; i < all.length; i++) {
      all[i] = exponents[map[i]];
    }
    if (node.op().equals(OperatorNames.QUANT)) {
      String rounding = node.text("rounding_mode", "ROUND");
      if (!rounding.equals("ROUND")) {
        throw node.error(
            "rounding_mode is "
                + rounding
                + "; ROUND (to the nearest, halves to even) is accepted");
      }
      CodeType type = new CodeType(bitWidth(node, inputs), node.integer("signed", 1) != 0);
      return new Quantizer(node, type, node.integer("narrow", 0) != 0, all);
    }
    CodeType type = codes != null ? codes : outputType(node, inputs);
    return new Quantizer(node, type, false, all);
  }

  private static int bitWidth(Node node, List<Value> inputs) {
    Constant width = constant(node, inputs, 3, "the bit width");
    double bits = width.scalar() ? width.number(0) : Double.NaN;
    if (!(bits >= 1 && bits <= 32 && bits == Math.rint(bits))) {
      throw node.error("the bit width must be one integer of 1 to 32");
    }
    return (int) bits;
  }

  private static CodeType outputType(Node node, List<Value> inputs) {
    CodeType type;
    if (inputs.size() > 2 && inputs.get(2) instanceof Constant zero) {
      type = zero.type();
    } else {
      int attribute = node.integer("output_dtype", 0);
      type = CodeType.of(attribute == 0 ? DataType.UINT8 : DataType.forNumber(attribute));
    }
    if (type == null) {
      throw node.error("makes no integers; int8 codes are expected");
    }
    return type;
  }

  private static Constant constant(Node node, List<Value> inputs, int i, String what) {
    if (i < inputs.size() && inputs.get(i) instanceof Constant c) {
      return c;
    }
    throw node.error(what + " (input " + i + ") is missing or not a constant");
  }

  /** A scale an index of the node's axis, or one for all. */
  private static int[] axisMap(Node node, Constant scale, int[] shape) {
    if (node.integer("block_size", 0) != 0) {
      throw node.error("scales a block are not supported; one a tensor or one a channel is");
    }
    int[] map = new int[Shapes.size(shape)];
    if (scale.scalar()) {
      return map;
    }
    int axis = Shapes.axis(node.integer("axis", 1), shape.length);
    if (axis < 0 || scale.rank() != 1 || scale.size() != shape[axis]) {
      throw node.error(
          "scales of shape %s do not fit axis %d of %s"
              .formatted(
                  Arrays.toString(scale.shape()), node.integer("axis", 1), Arrays.toString(shape)));
    }
    int inner = Shapes.size(Arrays.copyOfRange(shape, axis + 1, shape.length));
    for (int i = 0; i < map.length; i++) {
      map[i] = i / inner % shape[axis];
    }
    return map;
  }

  private static int[] broadcastMap(Node node, Constant scale, int[] shape) {
    if (!Arrays.equals(Shapes.broadcast(scale.shape(), shape), shape)) {
      throw node.error(
          "scales of shape %s do not fit %s"
              .formatted(Arrays.toString(scale.shape()), Arrays.toString(shape)));
    }
    return Shapes.broadcastMap(scale.shape(), shape);
  }

  private static int[] exponents(Node node, Constant scale) {
    int[] exponents = new int[scale.size()];
    for (int i = 0; i < exponents.length; i++) {
      double s = scale.number(i);
      if (!isPowerOfTwo(s)) {
        throw node.error(
            "scale %s%s (input '%s') is not a power of two%s"
                .formatted(
                    Float.toString((float) s),
                    scale.scalar() ? "" : " of channel " + i,
                    node.proto().getInput(1),
                    s > 0 && Double.isFinite(s) ? "; the nearest is " + nearest(s) : ""));
      }
      exponents[i] = Math.getExponent(s);
    }
    return exponents;
  }

  /** The power of two at the least distance, as a person wants to read it. */
  static String nearest(double v) {
    int best = nearestExponent(v);
    return "2^" + best + " = " + Float.toString(Math.scalb(1f, best));
  }

  private static int nearestExponent(double v) {
    int e = Math.getExponent(v);
    double below = Math.scalb(1.0, e);
    return v - below <= 2 * below - v ? e : e + 1;
  }

  private static void checkZero(Node node, Constant zero) {
    for (int i = 0; i < zero.size(); i++) {
      if (zero.number(i) != 0) {
        throw node.error(
            "zero point %d%s (input '%s'); only 0 is accepted: quantize symmetrically"
                .formatted(
                    (long) zero.number(i),
                    zero.scalar() ? "" : " of channel " + i,
                    node.proto().getInput(2)));
      }
    }
  }

  /** What it makes of a constant: codes with their exponents. */
  Constant apply(Constant data) {
    long min = type.min() + (narrow ? 1 : 0);
    long[] codes = new long[data.size()];
    for (int i = 0; i < codes.length; i++) {
      double code = Math.rint(Math.scalb(data.number(i), -exponents[i]));
      codes[i] = (long) Math.max(min, Math.min(type.max(), code));
    }
    return Constant.dequantized(data.shape(), codes, exponents, type);
  }

  InputException error(String problem) {
    return node.error(problem);
  }
}
