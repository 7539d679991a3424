package org.p2vit.onnx.qdq;

import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** ONNX tensors, little-endian; no dimensions make a scalar. */
final class Tensors {
  private Tensors() {}

  static TensorProto floats(float[] values, long... dims) {
    ByteBuffer data = buffer(4 * values.length);
    data.asFloatBuffer().put(values);
    return tensor(DataType.FLOAT, data, dims);
  }

  static TensorProto doubles(double[] values, long... dims) {
    ByteBuffer data = buffer(8 * values.length);
    data.asDoubleBuffer().put(values);
    return tensor(DataType.DOUBLE, data, dims);
  }

  static TensorProto longs(long[] values, long... dims) {
    ByteBuffer data = buffer(8 * values.length);
    data.asLongBuffer().put(values);
    return tensor(DataType.INT64, data, dims);
  }

  static TensorProto ints(int[] values, long... dims) {
    ByteBuffer data = buffer(4 * values.length);
    data.asIntBuffer().put(values);
    return tensor(DataType.INT32, data, dims);
  }

  static TensorProto shorts(short[] values, long... dims) {
    ByteBuffer data = buffer(2 * values.length);
    data.asShortBuffer().put(values);
    return tensor(DataType.INT16, data, dims);
  }

  static TensorProto bytes(byte[] values, long... dims) {
    return tensor(DataType.INT8, ByteBuffer.wrap(values), dims);
  }

  /** -8 to 7, two a byte, the first in the low half. */
  static TensorProto nibbles(byte[] values, long... dims) {
    byte[] packed = new byte[(values.length + 1) / 2];
    for (int i = 0; i < values.length; i++) {
      packed[i / 2] |= (byte) ((values[i] & 15) << (i % 2 * 4));
    }
    return tensor(DataType.INT4, ByteBuffer.wrap(packed), dims);
  }

  private static ByteBuffer buffer(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static TensorProto tensor(DataType type, ByteBuffer data, long... dims) {
    TensorProto.Builder tensor =
        TensorProto.newBuilder()
            .setDataType(type.getNumber())
            .setRawData(ByteString.copyFrom(data));
    for (long d : dims) {
      tensor.addDims(d);
    }
    return tensor.build();
  }
}
