package org.p2vit.onnx.qdq;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions.OptLevel;
import com.google.protobuf.InvalidProtocolBufferException;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.ShortBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.p2vit.model.VitShape;

/** An exported model in ONNX Runtime, with the codes of its tensors as further outputs. */
final class OnnxRun implements AutoCloseable {
  private final OrtSession session;
  private final VitShape shape;

  /**
   * @param tensors whose codes {@link #codes} returns
   */
  OnnxRun(byte[] onnx, VitShape shape, List<String> tensors, OptLevel level)
      throws OrtException, InvalidProtocolBufferException {
    this.shape = shape;
    ModelProto.Builder model = ModelProto.parseFrom(onnx).toBuilder();
    for (String tensor : tensors) {
      model
          .getGraphBuilder()
          .addOutput(ValueInfoProto.newBuilder().setName(tensor + QdqExporter.CODES));
    }
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setOptimizationLevel(level);
      session = OrtEnvironment.getEnvironment().createSession(model.build().toByteArray(), options);
    }
  }

  /**
   * Runs images.
   *
   * @param images normalized, one after another
   * @return codes of each tensor, all images; the graph's output, real numbers, is "output"
   */
  Map<String, int[]> codes(float[] images, int logitsExponent) throws OrtException {
    long pixels = (long) shape.imageChannels() * shape.imageHeight() * shape.imageWidth();
    long[] dims = {
      images.length / pixels, shape.imageChannels(), shape.imageHeight(), shape.imageWidth()
    };
    Map<String, int[]> codes = new HashMap<>();
    try (OnnxTensor input =
            OnnxTensor.createTensor(
                OrtEnvironment.getEnvironment(), FloatBuffer.wrap(images), dims);
        OrtSession.Result result = session.run(Map.of(QdqExporter.IMAGE, input))) {
      result.forEach(
          entry -> {
            if (entry.getKey().endsWith(QdqExporter.CODES)) {
              String name = entry.getKey();
              codes.put(
                  name.substring(0, name.length() - QdqExporter.CODES.length()),
                  ints((OnnxTensor) entry.getValue()));
            } else {
              FloatBuffer real = ((OnnxTensor) entry.getValue()).getFloatBuffer();
              int[] logits = new int[real.remaining()];
              for (int i = 0; i < logits.length; i++) {
                logits[i] = (int) Math.scalb(real.get(i), -logitsExponent);
              }
              codes.put("output", logits);
            }
          });
    }
    return codes;
  }

  private static int[] ints(OnnxTensor tensor) {
    ByteBuffer bytes = tensor.getByteBuffer();
    switch (tensor.getInfo().type) {
      case INT8 -> {
        int[] values = new int[bytes.remaining()];
        for (int i = 0; i < values.length; i++) {
          values[i] = bytes.get(i);
        }
        return values;
      }
      case INT16 -> {
        ShortBuffer shorts = tensor.getShortBuffer();
        int[] values = new int[shorts.remaining()];
        for (int i = 0; i < values.length; i++) {
          values[i] = shorts.get(i);
        }
        return values;
      }
      default -> throw new IllegalStateException(tensor.getInfo().type + "");
    }
  }

  @Override
  public void close() throws OrtException {
    session.close();
  }
}
