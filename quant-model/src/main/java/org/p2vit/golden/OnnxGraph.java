package org.p2vit.golden;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto.Dimension;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import com.google.protobuf.ByteString;
import java.util.List;

/** A small ONNX graph in the making; tensors have any size. */
final class OnnxGraph {
  /** ONNX Runtime's own operators. */
  private static final String MICROSOFT = "com.microsoft";

  /** Names the missing optional input of an operator. */
  static final String NONE = "";

  private static final int IR_VERSION = 10;
  private static final int OPSET = 21;

  private final GraphProto.Builder graph = GraphProto.newBuilder().setName("product");

  OnnxGraph input(String name, DataType type, int rank) {
    graph.addInput(value(name, type, rank));
    return this;
  }

  OnnxGraph output(String name, int rank) {
    graph.addOutput(value(name, DataType.FLOAT, rank));
    return this;
  }

  private static ValueInfoProto value(String name, DataType type, int rank) {
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    for (int i = 0; i < rank; i++) {
      shape.addDim(Dimension.newBuilder().setDimParam(name + i));
    }
    TypeProto.Tensor.Builder tensor =
        TypeProto.Tensor.newBuilder().setElemType(type.getNumber()).setShape(shape);
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(TypeProto.newBuilder().setTensorType(tensor))
        .build();
  }

  OnnxGraph scalar(String name, float value) {
    graph.addInitializer(
        TensorProto.newBuilder()
            .setName(name)
            .setDataType(DataType.FLOAT.getNumber())
            .addFloatData(value));
    return this;
  }

  OnnxGraph scalar(String name, byte value) {
    graph.addInitializer(
        TensorProto.newBuilder()
            .setName(name)
            .setDataType(DataType.UINT8.getNumber())
            .setRawData(ByteString.copyFrom(new byte[] {value})));
    return this;
  }

  /** A node of standard ONNX. */
  OnnxGraph node(String output, String operator, String... inputs) {
    return of("", output, operator, inputs);
  }

  /**
   * The product of two matrices of unsigned 8-bit integers around {@code zero}, in integers, as
   * floats, times {@code scale}, plus {@code bias} to each row.
   */
  OnnxGraph integerProduct(
      String output, String left, String right, String scale, String zero, String bias) {
    return of(
        MICROSOFT, output, "MatMulIntegerToFloat", left, right, scale, scale, zero, zero, bias);
  }

  private OnnxGraph of(String domain, String output, String operator, String... inputs) {
    graph.addNode(
        NodeProto.newBuilder()
            .setDomain(domain)
            .setOpType(operator)
            .addOutput(output)
            .addAllInput(List.of(inputs)));
    return this;
  }

  OnnxGraph transpose(String output, String input, int... axes) {
    AttributeProto.Builder perm =
        AttributeProto.newBuilder().setName("perm").setType(AttributeType.INTS);
    for (int a : axes) {
      perm.addInts(a);
    }
    graph.addNode(
        NodeProto.newBuilder()
            .setOpType("Transpose")
            .addOutput(output)
            .addInput(input)
            .addAttribute(perm));
    return this;
  }

  /** The graph ready to run, each call on the thread that makes it. */
  OrtSession session() throws OrtException {
    ModelProto model =
        ModelProto.newBuilder()
            .setIrVersion(IR_VERSION)
            .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(OPSET))
            .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain(MICROSOFT).setVersion(1))
            .setGraph(graph)
            .build();
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(1);
      return OrtEnvironment.getEnvironment().createSession(model.toByteArray(), options);
    }
  }
}
