package org.p2vit.onnx;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.p2vit.model.InputException;
import org.p2vit.model.VitShape;

/**
 * The float model with terms added to some of its tensors, run by ONNX Runtime on one image at a
 * time: what an error in a layer's output does to the logits.
 */
public final class PerturbedReference implements AutoCloseable {
  private static final String TERM = "/p2vit-term";
  private static final String SUM = "/p2vit-sum";

  private final String name;
  private final FloatVit vit;
  private final OrtSession session;

  /** Zeros for every tensor, by the name of its term. */
  private final Map<String, OnnxTensor> zeros = new LinkedHashMap<>();

  private PerturbedReference(String name, byte[] onnx, FloatVit vit, Collection<Tap> taps) {
    this.name = name;
    this.vit = vit;
    Map<String, Tap> tensors = new LinkedHashMap<>();
    taps.forEach(t -> tensors.putIfAbsent(t.tensor(), t));
    ModelProto.Builder model = OnnxFile.decode(name, onnx).toBuilder();
    model.setGraph(summed(model.getGraph(), tensors));
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      OrtEnvironment environment = OrtEnvironment.getEnvironment();
      session = environment.createSession(model.build().toByteArray(), options);
      for (Tap tap : tensors.values()) {
        zeros.put(tap.tensor() + TERM, tensor(tap, new float[tap.rows() * tap.width()]));
      }
    } catch (OrtException e) {
      throw new InputException(name + ": ONNX Runtime rejects the model: " + e.getMessage(), e);
    }
  }

  /**
   * @param taps tensors that terms can be added to; none that is the graph's output
   */
  public static PerturbedReference open(Path file, FloatVit vit, Collection<Tap> taps) {
    return new PerturbedReference(file.toString(), OnnxFile.bytes(file), vit, taps);
  }

  /** The graph in which all that reads one of the tensors reads it plus its term. */
  private static GraphProto summed(GraphProto graph, Map<String, Tap> tensors) {
    GraphProto.Builder result = graph.toBuilder().clearNode();
    for (Tap tap : tensors.values()) {
      result.addInput(input(tap));
    }
    for (NodeProto node : graph.getNodeList()) {
      NodeProto.Builder reader = node.toBuilder();
      for (int i = 0; i < node.getInputCount(); i++) {
        if (tensors.containsKey(node.getInput(i))) {
          reader.setInput(i, node.getInput(i) + SUM);
        }
      }
      result.addNode(reader);
      for (String output : node.getOutputList()) {
        if (tensors.containsKey(output)) {
          result.addNode(
              NodeProto.newBuilder()
                  .setOpType("Add")
                  .setName(output + SUM)
                  .addInput(output)
                  .addInput(output + TERM)
                  .addOutput(output + SUM));
        }
      }
    }
    return result.build();
  }

  private static ValueInfoProto input(Tap tap) {
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    shape.addDimBuilder().setDimValue(tap.rows());
    shape.addDimBuilder().setDimValue(tap.width());
    return ValueInfoProto.newBuilder()
        .setName(tap.tensor() + TERM)
        .setType(
            TypeProto.newBuilder()
                .setTensorType(
                    TypeProto.Tensor.newBuilder()
                        .setElemType(TensorProto.DataType.FLOAT.getNumber())
                        .setShape(shape)))
        .build();
  }

  private static OnnxTensor tensor(Tap tap, float[] values) throws OrtException {
    return OnnxTensor.createTensor(
        OrtEnvironment.getEnvironment(),
        FloatBuffer.wrap(values),
        new long[] {tap.rows(), tap.width()});
  }

  /**
   * Logits of a normalized NCHW image.
   *
   * @param terms what to add to tensors: rows of a tap's columns, in the tap's scale
   */
  public float[] logits(float[] image, Map<Tap, float[]> terms) {
    VitShape s = vit.shape();
    long[] shape = {1, s.imageChannels(), s.imageHeight(), s.imageWidth()};
    Map<String, float[]> sums = new LinkedHashMap<>();
    Map<String, Tap> taps = new HashMap<>();
    terms.forEach(
        (tap, term) -> {
          taps.put(tap.tensor(), tap);
          float[] sum =
              sums.computeIfAbsent(tap.tensor(), t -> new float[tap.rows() * tap.width()]);
          scatter(tap, term, sum);
        });
    Map<String, OnnxTensor> inputs = new HashMap<>(zeros);
    List<OnnxTensor> opened = new ArrayList<>();
    try {
      OnnxTensor pixels =
          OnnxTensor.createTensor(OrtEnvironment.getEnvironment(), FloatBuffer.wrap(image), shape);
      opened.add(pixels);
      inputs.put(vit.input(), pixels);
      for (Map.Entry<String, float[]> sum : sums.entrySet()) {
        OnnxTensor added = tensor(taps.get(sum.getKey()), sum.getValue());
        opened.add(added);
        inputs.put(sum.getKey() + TERM, added);
      }
      try (OrtSession.Result result = session.run(inputs)) {
        FloatBuffer logits =
            ((OnnxTensor) result.get(vit.logitsTap().tensor()).orElseThrow()).getFloatBuffer();
        float[] values = new float[logits.remaining()];
        logits.get(values);
        return values;
      }
    } catch (OrtException e) {
      throw new InputException(name + ": ONNX Runtime fails: " + e.getMessage(), e);
    } finally {
      opened.forEach(OnnxTensor::close);
    }
  }

  private static void scatter(Tap tap, float[] term, float[] sum) {
    int n = tap.columns().length;
    for (int i = 0; i < term.length; i++) {
      sum[i / n * tap.width() + tap.columns()[i % n]] += (float) (term[i] / tap.scale());
    }
  }

  @Override
  public void close() {
    zeros.values().forEach(OnnxTensor::close);
    try {
      session.close();
    } catch (OrtException e) {
      throw new IllegalStateException(e);
    }
  }
}
