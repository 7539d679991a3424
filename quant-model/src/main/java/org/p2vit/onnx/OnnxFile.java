package org.p2vit.onnx;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto.Dimension;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.InvalidProtocolBufferException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.p2vit.model.InputException;
import org.p2vit.model.io.FileErrors;

/** An ONNX file, decoded: its nodes, its initializers, its one image input and its logits. */
final class OnnxFile {
  private static final int MIN_OPSET = 9;

  final String name;
  final List<Node> nodes = new ArrayList<>();
  final Map<String, Constant> initializers = new HashMap<>();
  final String input;
  final int[] inputShape;
  final String output;
  final Map<String, String> metadata = new HashMap<>();

  private OnnxFile(String name, ModelProto model) {
    this.name = name;
    GraphProto graph = model.getGraph();
    if (graph.getNodeCount() == 0) {
      throw new InputException(
          name + ": not an ONNX model, or an empty one: it has no graph nodes");
    }
    int opset = opset(model);
    for (NodeProto node : graph.getNodeList()) {
      nodes.add(new Node(name, node, opset));
    }
    for (TensorProto tensor : graph.getInitializerList()) {
      initializers.put(
          tensor.getName(), constant("initializer '" + tensor.getName() + "'", tensor));
    }
    List<ValueInfoProto> inputs =
        graph.getInputList().stream().filter(i -> !initializers.containsKey(i.getName())).toList();
    if (inputs.size() != 1) {
      throw new InputException(
          name + ": the graph has " + inputs.size() + " inputs; one is expected, the image");
    }
    input = inputs.get(0).getName();
    inputShape = imageShape(inputs.get(0));
    if (graph.getOutputCount() != 1) {
      throw new InputException(
          name
              + ": the graph has "
              + graph.getOutputCount()
              + " outputs; one is expected, the logits");
    }
    output = graph.getOutput(0).getName();
    model.getMetadataPropsList().forEach(p -> metadata.put(p.getKey(), p.getValue()));
  }

  static OnnxFile read(Path file) {
    return parse(file.toString(), bytes(file));
  }

  static byte[] bytes(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw FileErrors.cannot("read", file, e);
    }
  }

  static OnnxFile parse(String name, byte[] bytes) {
    return new OnnxFile(name, decode(name, bytes));
  }

  static ModelProto decode(String name, byte[] bytes) {
    try {
      return ModelProto.parseFrom(bytes);
    } catch (InvalidProtocolBufferException e) {
      throw new InputException(
          name + ": not an ONNX model, or a truncated or damaged one (" + e.getMessage() + ")", e);
    }
  }

  private int opset(ModelProto model) {
    int opset =
        model.getOpsetImportList().stream()
            .filter(o -> o.getDomain().isEmpty() || o.getDomain().equals("ai.onnx"))
            .mapToInt(o -> (int) o.getVersion())
            .max()
            .orElse(0);
    if (opset < MIN_OPSET) {
      throw new InputException(
          name + ": opset " + opset + "; " + MIN_OPSET + " or newer is expected (17 is best)");
    }
    return opset;
  }

  private int[] imageShape(ValueInfoProto info) {
    List<Dimension> dims = info.getType().getTensorType().getShape().getDimList();
    if (dims.size() != 4) {
      throw new InputException(
          name + ": input '" + input + "' has " + dims.size() + " dimensions; NCHW is expected");
    }
    int[] shape = new int[4];
    shape[0] = 1;
    if (dims.get(0).getDimValue() > 1) {
      throw new InputException(
          name
              + ": input '"
              + input
              + "' has batch "
              + dims.get(0).getDimValue()
              + "; 1 or dynamic is expected");
    }
    for (int i = 1; i < 4; i++) {
      long d = dims.get(i).getDimValue();
      if (d <= 0 || d > 1 << 14) {
        throw new InputException(
            name
                + ": dimension "
                + i
                + " of input '"
                + input
                + "' is not a fixed size; export the model for one image size");
      }
      shape[i] = (int) d;
    }
    return shape;
  }

  /** Decodes a tensor of floats, integers or truth values. */
  Constant constant(String what, TensorProto tensor) {
    if (tensor.getDataLocation() == TensorProto.DataLocation.EXTERNAL
        || tensor.getExternalDataCount() > 0) {
      throw new InputException(
          name + ": " + what + " is stored in another file; save the model as one file");
    }
    int[] shape = new int[tensor.getDimsCount()];
    long size = 1;
    for (int i = 0; i < shape.length; i++) {
      long d = tensor.getDims(i);
      size =
          d < 0 || d > Integer.MAX_VALUE
              ? Long.MAX_VALUE
              : Math.multiplyHigh(size, d) == 0 ? size * d : Long.MAX_VALUE;
      if (size > 1 << 30 || size < 0) {
        throw new InputException(
            name + ": " + what + " has impossible dimensions " + tensor.getDimsList());
      }
      shape[i] = (int) d;
    }
    TensorProto.DataType type = TensorProto.DataType.forNumber(tensor.getDataType());
    if (type == null) {
      type = TensorProto.DataType.UNDEFINED;
    }
    return switch (type) {
      case FLOAT -> Constant.of(shape, floats(what, tensor, (int) size));
      case DOUBLE -> Constant.of(shape, doubles(what, tensor, (int) size));
      case INT64 -> Constant.of(shape, longs(what, tensor, (int) size));
      case BOOL -> Constant.of(shape, ints(what, tensor, (int) size, new CodeType(8, true)));
      case INT32, INT16, UINT16, INT8, UINT8, INT4, UINT4 ->
          Constant.codes(
              shape, ints(what, tensor, (int) size, CodeType.of(type)), CodeType.of(type));
      default ->
          throw new InputException(
              name
                  + ": "
                  + what
                  + " has data type "
                  + type
                  + "; FLOAT, DOUBLE, BOOL and integers are accepted");
    };
  }

  private float[] floats(String what, TensorProto tensor, int size) {
    float[] values = new float[size];
    if (tensor.hasRawData()) {
      raw(what, tensor, size, 4).asFloatBuffer().get(values);
    } else {
      check(what, tensor.getFloatDataCount(), size);
      for (int i = 0; i < size; i++) {
        values[i] = tensor.getFloatData(i);
      }
    }
    return values;
  }

  private float[] doubles(String what, TensorProto tensor, int size) {
    ByteBuffer raw = tensor.hasRawData() ? raw(what, tensor, size, 8) : null;
    check(what, raw == null ? tensor.getDoubleDataCount() : size, size);
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = (float) (raw == null ? tensor.getDoubleData(i) : raw.getDouble());
    }
    return values;
  }

  private long[] longs(String what, TensorProto tensor, int size) {
    long[] values = new long[size];
    if (tensor.hasRawData()) {
      raw(what, tensor, size, 8).asLongBuffer().get(values);
    } else {
      check(what, tensor.getInt64DataCount(), size);
      for (int i = 0; i < size; i++) {
        values[i] = tensor.getInt64Data(i);
      }
    }
    return values;
  }

  private long[] ints(String what, TensorProto tensor, int size, CodeType type) {
    long[] values = new long[size];
    if (!tensor.hasRawData()) {
      // Four-bit integers lie two in an element.
      int elements = type.bits() == 4 ? (size + 1) / 2 : size;
      check(what, tensor.getInt32DataCount(), elements);
      for (int i = 0; i < size; i++) {
        values[i] =
            type.bits() == 4 ? nibble(tensor.getInt32Data(i / 2), i, type) : tensor.getInt32Data(i);
      }
      return values;
    }
    ByteBuffer raw =
        type.bits() == 4
            ? raw(what, tensor, (size + 1) / 2, 1)
            : raw(what, tensor, size, type.bits() / 8);
    for (int i = 0; i < size; i++) {
      values[i] =
          switch (type.bits()) {
            case 4 -> nibble(raw.get(i / 2), i, type);
            case 8 -> type.signed() ? raw.get() : raw.get() & 0xff;
            case 16 -> type.signed() ? raw.getShort() : raw.getShort() & 0xffff;
            default -> raw.getInt();
          };
    }
    return values;
  }

  private static long nibble(int pair, int i, CodeType type) {
    int bits = pair >> (i % 2 * 4) & 15;
    return type.signed() && bits > 7 ? bits - 16 : bits;
  }

  private ByteBuffer raw(String what, TensorProto tensor, int size, int bytes) {
    check(what, tensor.getRawData().size(), (long) size * bytes);
    return tensor.getRawData().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
  }

  private void check(String what, long found, long expected) {
    if (found != expected) {
      throw new InputException(
          name
              + ": "
              + what
              + " holds "
              + found
              + " values or bytes of data; its dimensions need "
              + expected);
    }
  }
}
