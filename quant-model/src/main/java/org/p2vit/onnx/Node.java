package org.p2vit.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import org.p2vit.model.InputException;

/** An ONNX node, with its attributes by name and error messages that name it. */
record Node(String file, NodeProto proto, int opset) {

  String op() {
    return proto.getOpType();
  }

  int inputs() {
    return proto.getInputCount();
  }

  /** Whether an optional input is given. */
  boolean has(int input) {
    return input < inputs() && !proto.getInput(input).isEmpty();
  }

  String output(int i) {
    return proto.getOutput(i);
  }

  private AttributeProto attribute(String name) {
    for (AttributeProto a : proto.getAttributeList()) {
      if (a.getName().equals(name)) {
        return a;
      }
    }
    return null;
  }

  AttributeProto find(String name) {
    return attribute(name);
  }

  int integer(String name, int otherwise) {
    AttributeProto a = attribute(name);
    return a == null ? otherwise : (int) a.getI();
  }

  double real(String name, double otherwise) {
    AttributeProto a = attribute(name);
    return a == null ? otherwise : a.getF();
  }

  String text(String name, String otherwise) {
    AttributeProto a = attribute(name);
    return a == null ? otherwise : a.getS().toStringUtf8();
  }

  /** Null if absent. */
  int[] integers(String name) {
    AttributeProto a = attribute(name);
    return a == null
        ? null
        : a.getIntsList().stream().mapToInt(i -> (int) Math.min(Integer.MAX_VALUE, i)).toArray();
  }

  InputException error(String problem) {
    return new InputException(file + ": " + this + ": " + problem);
  }

  @Override
  public String toString() {
    String name = proto.getName();
    String output = proto.getOutputCount() > 0 ? proto.getOutput(0) : "";
    return op() + " node " + (name.isEmpty() ? "that computes '" + output : "'" + name) + "'";
  }
}
