package org.p2vit.onnx;

import java.util.List;

/**
 * Something computed from the image, with the operands it was computed from.
 *
 * @param kind what it is
 * @param node the ONNX node that completes it, for error messages
 * @param tensor the ONNX tensor that holds it
 * @param shape of the result
 * @param inputs operands
 */
record Source(Kind kind, Node node, String tensor, int[] shape, List<Value> inputs) {

  enum Kind {
    IMAGE,
    /** A view, weights [in, out], bias [out]. */
    LINEAR,
    /**
     * A convolution whose stride is its kernel, patches x out (the ONNX tensor has them the other
     * way round): a view, weights [out, in], bias [out].
     */
    PATCHES,
    /** Any other operator that is not a movement of elements; the match decides what it is. */
    OPERATOR
  }

  static Source of(Kind kind, Node node, int[] shape, Value... inputs) {
    return new Source(kind, node, node.output(0), shape, List.of(inputs));
  }

  int size() {
    return Shapes.size(shape);
  }

  View view(int i) {
    if (i < inputs.size() && inputs.get(i) instanceof View v) {
      return v;
    }
    throw node.error(
        "input " + i + " is missing or a constant; a tensor that depends on the image is expected");
  }

  Constant constant(int i) {
    if (i < inputs.size() && inputs.get(i) instanceof Constant c) {
      return c;
    }
    throw node.error("input " + i + " is missing or not a constant; a constant is expected");
  }

  boolean is(Kind k) {
    return kind == k;
  }

  /** This ONNX operator. */
  boolean is(String op) {
    return kind == Kind.OPERATOR && node.op().equals(op);
  }

  /** Two operands that both depend on the image. */
  boolean ofTwoViews() {
    return inputs.size() == 2 && inputs.get(0) instanceof View && inputs.get(1) instanceof View;
  }

  /** An operand that depends on the image, then a constant. */
  boolean ofViewAndConstant() {
    return inputs.size() == 2 && inputs.get(0) instanceof View && inputs.get(1) instanceof Constant;
  }
}
