package org.p2vit.onnx.qdq;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.p2vit.model.Activation;
import org.p2vit.model.Activations;
import org.p2vit.numerics.ActivationMath;
import org.p2vit.numerics.LayerNormMath;
import org.p2vit.numerics.LogSoftmax;
import org.p2vit.onnx.OperatorNames;

/** The functions in ONNX Runtime against org.p2vit.numerics, at the ends of their ranges. */
class FunctionsTest {
  /** Rows of all kinds, those without any variance among them. */
  @Test
  void layerNorm() throws Exception {
    long seed = 21;
    Random random = new Random(seed);
    int rows = 40;
    for (int run = 0; run < 12; run++) {
      int channels = new int[] {1, 2, 24, 192, 1000, 1024}[run / 2];
      // All alike, so that rows of one code have no variance at all.
      boolean uniform = run % 2 == 0;
      int log2 = LayerNormMath.log2Channels(channels);
      int maxPtf = Math.min(7, (61 - 2 * log2) / 2 - 15);
      byte[] ptf = new byte[channels];
      short[] gain = new short[channels];
      int[] offset = new int[channels];
      byte[] shift = new byte[channels];
      float[] factor = new float[channels];
      for (int c = 0; c < channels; c++) {
        ptf[c] = (byte) (uniform ? maxPtf : random.nextInt(maxPtf + 1));
        gain[c] = (short) (random.nextInt(4096) - 2048);
        shift[c] = (byte) (random.nextInt(8) + 12);
        offset[c] = random.nextInt(4) == 0 ? random.nextInt() : random.nextInt(1 << 20) - (1 << 19);
        factor[c] = Math.scalb(1f, -shift[c]);
      }
      long epsilon = uniform ? 0 : random.nextInt(1 << 20);
      short[] q = rows(random, rows, ptf);
      float[] x = new float[q.length];
      for (int i = 0; i < q.length; i++) {
        x[i] = Math.scalb((float) (q[i] << ptf[i % channels]), -9);
      }
      QdqGraph graph = new QdqGraph();
      graph.nodes.call(
          OperatorNames.LAYER_NORM,
          List.of(
              "x",
              graph.initializer("gain", Tensors.shorts(gain, channels)),
              graph.initializer("offset", Tensors.ints(offset, channels)),
              graph.initializer("factor", Tensors.floats(factor, channels)),
              graph.scale(-9),
              graph.initializer("epsilon", Tensors.longs(new long[] {epsilon})),
              graph.scale(-5)),
          List.of("y"));
      float[] y = run(graph, channels, x, rows, channels);
      byte[] expected = new byte[channels];
      for (int r = 0; r < rows; r++) {
        LayerNormMath.row(q, r * channels, ptf, epsilon, gain, offset, shift, expected, 0);
        for (int c = 0; c < channels; c++) {
          assertEquals(
              expected[c],
              (int) Math.scalb(y[r * channels + c], 5),
              "row " + r + ", channel " + c + " of " + channels + ", seed " + seed);
        }
      }
    }
  }

  private static short[] rows(Random random, int rows, byte[] ptf) {
    short[] q = new short[rows * ptf.length];
    for (int r = 0; r < rows; r++) {
      int bits = 1 + random.nextInt(15);
      // X is the same for all channels.
      int x = (random.nextInt(1 << 16) - (1 << 15)) << 7;
      boolean large = random.nextBoolean();
      for (int c = 0; c < ptf.length; c++) {
        q[r * ptf.length + c] =
            (short)
                switch (r % 4) {
                  case 0 -> large ? Short.MIN_VALUE : x >> 7 >> ptf[c];
                  case 1 -> random.nextBoolean() ? Short.MIN_VALUE : Short.MAX_VALUE;
                  default -> random.nextInt(1 << bits) - (1 << (bits - 1));
                };
      }
    }
    return q;
  }

  /** All distances from the largest score, in rows of many lengths. */
  @Test
  void softmax() throws Exception {
    long seed = 22;
    Random random = new Random(seed);
    for (int tokens : new int[] {1, 2, 5, 197, 2000}) {
      for (int exponent = -8; exponent <= 3; exponent++) {
        int rows = 24;
        byte[] scores = new byte[rows * tokens];
        for (int i = 0; i < scores.length; i++) {
          int range = 1 << (1 + i / tokens % 8);
          scores[i] = (byte) (random.nextInt(range) - range / 2);
        }
        float[] x = new float[scores.length];
        for (int i = 0; i < x.length; i++) {
          x[i] = Math.scalb((float) scores[i], exponent);
        }
        QdqGraph graph = new QdqGraph();
        graph.nodes.call(OperatorNames.SOFTMAX, List.of("x"), List.of("codes", "y"));
        float[] y = run(graph, 1, x, rows, tokens);
        byte[] expected = new byte[scores.length];
        for (int r = 0; r < rows; r++) {
          LogSoftmax.row(scores, r * tokens, tokens, exponent, expected, r * tokens);
        }
        float[] factors = new float[y.length];
        for (int i = 0; i < y.length; i++) {
          factors[i] = expected[i] == 16 ? 0 : Math.scalb(1f, -expected[i]);
        }
        assertArrayEquals(factors, y, tokens + " tokens, exponent " + exponent + ", seed " + seed);
      }
    }
  }

  /** Every 16-bit value. */
  @Test
  void activation() throws Exception {
    for (Activation a :
        List.of(Activations.gelu(), Activations.gelu(-4), Activations.silu(), Activations.relu())) {
      float[] x = new float[1 << 16];
      float[] expected = new float[x.length];
      for (int i = 0; i < x.length; i++) {
        int p = i + Short.MIN_VALUE;
        x[i] = Math.scalb((float) p, a.exponent());
        int y = ActivationMath.activate(p, a.indexShift(), a.table());
        expected[i] = Math.scalb((float) y, a.exponent());
      }
      float[] table = new float[a.table().length];
      Arrays.setAll(new Object[table.length], i -> table[i] = a.table()[i]);
      QdqGraph graph = new QdqGraph();
      graph.nodes.call(
          OperatorNames.ACTIVATION,
          List.of(
              "x",
              graph.scale(a.exponent()),
              graph.scale(-a.indexShift()),
              graph.initializer("table", Tensors.floats(table, table.length))),
          List.of("y"));
      assertArrayEquals(expected, run(graph, 1, x, x.length), a.kind());
    }
  }

  private static float[] run(QdqGraph graph, int channels, float[] x, long... shape)
      throws Exception {
    ValueInfoProto.Builder any =
        ValueInfoProto.newBuilder()
            .setType(
                TypeProto.newBuilder()
                    .setTensorType(
                        TypeProto.Tensor.newBuilder().setElemType(DataType.FLOAT.getNumber())));
    GraphProto.Builder proto = GraphProto.newBuilder().setName("function");
    proto.addInput(any.clone().setName("x")).addOutput(any.clone().setName("y"));
    graph.addTo(proto);
    ModelProto model =
        ModelProto.newBuilder()
            .setIrVersion(10)
            .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(Functions.OPSET))
            .addOpsetImport(
                OperatorSetIdProto.newBuilder().setDomain(OperatorNames.DOMAIN).setVersion(1))
            .addAllFunctions(Functions.all(channels, true))
            .setGraph(proto)
            .build();
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    try (OrtSession session = environment.createSession(model.toByteArray());
        OnnxTensor input = OnnxTensor.createTensor(environment, FloatBuffer.wrap(x), shape);
        OrtSession.Result result = session.run(Map.of("x", input))) {
      FloatBuffer y = ((OnnxTensor) result.get(0)).getFloatBuffer();
      float[] values = new float[y.remaining()];
      y.get(values);
      return values;
    }
  }
}
