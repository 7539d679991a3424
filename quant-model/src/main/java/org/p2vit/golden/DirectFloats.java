package org.p2vit.golden;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;

/** Floats in direct memory, which ONNX Runtime reads and writes where they are. */
final class DirectFloats {
  private FloatBuffer buffer = allocate(0);

  private static FloatBuffer allocate(int size) {
    return ByteBuffer.allocateDirect(size * Float.BYTES)
        .order(ByteOrder.nativeOrder())
        .asFloatBuffer();
  }

  /** Room for {@code size} floats, whatever they are. */
  DirectFloats size(int size) {
    if (buffer.capacity() < size) {
      buffer = allocate(size);
    }
    buffer.clear().limit(size);
    return this;
  }

  DirectFloats put(float[] values) {
    size(values.length).buffer.put(values).flip();
    return this;
  }

  /** The rows one after another. */
  DirectFloats put(float[][]... matrices) {
    size(matrices.length * matrices[0].length * matrices[0][0].length);
    for (float[][] rows : matrices) {
      for (float[] row : rows) {
        buffer.put(row);
      }
    }
    buffer.flip();
    return this;
  }

  void get(float[][]... matrices) {
    for (float[][] rows : matrices) {
      for (float[] row : rows) {
        buffer.get(row);
      }
    }
    buffer.rewind();
  }

  /** The floats as a tensor, which is to be closed. */
  OnnxTensor tensor(long... shape) throws OrtException {
    return OnnxTensor.createTensor(OrtEnvironment.getEnvironment(), buffer, shape);
  }
}
