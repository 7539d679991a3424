package org.p2vit.onnx.qdq;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.FunctionProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import com.google.protobuf.InvalidProtocolBufferException;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.p2vit.model.InputException;
import org.p2vit.onnx.OperatorNames;

/**
 * Lets ONNX Runtime execute QONNX's Quant nodes (docs/qonnx-custom-ops of the QONNX project): adds
 * them to the file as functions of standard operators.
 */
final class QonnxFunctions {
  private static final int FUNCTIONS_IR_VERSION = 8;

  private QonnxFunctions() {}

  /** The same file if it has no Quant node. */
  static byte[] add(byte[] onnx) {
    ModelProto model;
    try {
      model = ModelProto.parseFrom(onnx);
    } catch (InvalidProtocolBufferException e) {
      throw new InputException("not an ONNX model (" + e.getMessage() + ")", e);
    }
    Set<String> domains = new TreeSet<>();
    ModelProto.Builder result = model.toBuilder();
    for (NodeProto.Builder node : result.getGraphBuilder().getNodeBuilderList()) {
      if (node.getOpType().equals(OperatorNames.QUANT)
          && OperatorNames.QUANT_DOMAINS.contains(node.getDomain())) {
        domains.add(node.getDomain());
        addDefault(node, "signed", 1);
        addDefault(node, "narrow", 0);
      }
    }
    if (domains.isEmpty()) {
      return onnx;
    }
    long opset =
        model.getOpsetImportList().stream()
            .filter(o -> o.getDomain().isEmpty() || o.getDomain().equals("ai.onnx"))
            .mapToLong(OperatorSetIdProto::getVersion)
            .max()
            .orElse(Functions.OPSET);
    for (String domain : domains) {
      result.addFunctions(quant(domain, opset));
      if (model.getOpsetImportList().stream().noneMatch(o -> o.getDomain().equals(domain))) {
        result.addOpsetImport(OperatorSetIdProto.newBuilder().setDomain(domain).setVersion(1));
      }
    }
    return result
        .setIrVersion(Math.max(model.getIrVersion(), FUNCTIONS_IR_VERSION))
        .build()
        .toByteArray();
  }

  private static void addDefault(NodeProto.Builder node, String name, int value) {
    if (node.getAttributeList().stream().noneMatch(a -> a.getName().equals(name))) {
      node.addAttribute(
          AttributeProto.newBuilder().setName(name).setType(AttributeType.INT).setI(value));
    }
  }

  /** {@code clip(round(x / scale), min, max) * scale}; zero points are 0. */
  private static FunctionProto quant(String domain, long opset) {
    NodeList f = new NodeList();
    String signed = f.cast(f.attribute("signed"), DataType.FLOAT);
    String narrow = f.cast(f.attribute("narrow"), DataType.FLOAT);
    String bits = f.cast("bits", DataType.FLOAT);
    String one = f.constant(Tensors.floats(new float[] {1}));
    String two = f.constant(Tensors.floats(new float[] {2}));
    String range = f.node("Pow", two, f.node("Sub", bits, signed));
    String unsigned = f.node("Sub", one, signed);
    String max = f.node("Sub", f.node("Sub", range, one), f.node("Mul", narrow, unsigned));
    String min = f.node("Mul", f.node("Sub", narrow, range), signed);
    String code = f.node("Round", f.node("Div", "x", "scale"));
    String limited = f.node("Max", f.node("Min", code, max), min);
    f.named("y", "Mul", limited, "scale");
    return FunctionProto.newBuilder()
        .setDomain(domain)
        .setName(OperatorNames.QUANT)
        .addAllInput(List.of("x", "scale", "zero", "bits"))
        .addOutput("y")
        .addAllAttribute(List.of("signed", "narrow", "rounding_mode"))
        .addAllNode(f.nodes())
        .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(opset))
        .build();
  }
}
