package org.p2vit.onnx.qdq;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import java.util.ArrayList;
import java.util.List;
import org.p2vit.onnx.OperatorNames;

/** Nodes of an ONNX graph or function, in order; each method appends one and returns its output. */
final class NodeList {
  private final List<NodeProto> nodes = new ArrayList<>();
  private int unnamed;

  List<NodeProto> nodes() {
    return nodes;
  }

  private String fresh(String op) {
    return op + "_" + unnamed++;
  }

  /** A node of standard ONNX with one output, which gets a name of its own. */
  String node(String op, String... inputs) {
    return add(NodeProto.newBuilder(), op, fresh(op), inputs);
  }

  /** Likewise, with a given output name. */
  String named(String output, String op, String... inputs) {
    return add(NodeProto.newBuilder(), op, output, inputs);
  }

  private String add(NodeProto.Builder node, String op, String output, String... inputs) {
    nodes.add(
        node.setOpType(op).setName(output).addAllInput(List.of(inputs)).addOutput(output).build());
    return output;
  }

  /** A call of a function of {@link Functions}. */
  void call(String function, List<String> inputs, List<String> outputs) {
    nodes.add(
        NodeProto.newBuilder()
            .setDomain(OperatorNames.DOMAIN)
            .setOpType(function)
            .setName(outputs.get(0) + "/" + function)
            .addAllInput(inputs)
            .addAllOutput(outputs)
            .build());
  }

  String cast(String x, DataType to) {
    return cast(fresh("Cast"), x, to);
  }

  String cast(String output, String x, DataType to) {
    return add(with("to", to.getNumber()), "Cast", output, x);
  }

  String transpose(String x, int... axes) {
    AttributeProto.Builder perm =
        AttributeProto.newBuilder().setName("perm").setType(AttributeType.INTS);
    for (int a : axes) {
      perm.addInts(a);
    }
    NodeProto.Builder node = NodeProto.newBuilder().addAttribute(perm);
    return add(node, "Transpose", fresh("Transpose"), x);
  }

  String concat(int axis, String... parts) {
    return add(with("axis", axis), "Concat", fresh("Concat"), parts);
  }

  String gather(String x, String indices, int axis) {
    return add(with("axis", axis), "Gather", fresh("Gather"), x, indices);
  }

  /** The first dimension, as a vector of one. */
  String batch(String x) {
    return add(with("end", 1), "Shape", fresh("Shape"), x);
  }

  /** QuantizeLinear or DequantizeLinear with a scale an index of {@code axis}. */
  String perAxis(String output, String op, int axis, String... inputs) {
    return add(with("axis", axis), op, output, inputs);
  }

  String constant(TensorProto value) {
    NodeProto.Builder node =
        NodeProto.newBuilder()
            .addAttribute(
                AttributeProto.newBuilder()
                    .setName("value")
                    .setType(AttributeType.TENSOR)
                    .setT(value));
    return add(node, "Constant", fresh("Constant"));
  }

  /** The value of an integer attribute of the function that these nodes make. */
  String attribute(String name) {
    NodeProto.Builder node =
        NodeProto.newBuilder()
            .addAttribute(
                AttributeProto.newBuilder()
                    .setName("value_int")
                    .setType(AttributeType.INT)
                    .setRefAttrName(name));
    return add(node, "Constant", fresh("Constant"));
  }

  private static NodeProto.Builder with(String attribute, int value) {
    return NodeProto.newBuilder()
        .addAttribute(
            AttributeProto.newBuilder().setName(attribute).setType(AttributeType.INT).setI(value));
  }
}
