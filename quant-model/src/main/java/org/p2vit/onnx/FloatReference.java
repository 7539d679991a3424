package org.p2vit.onnx;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.p2vit.model.InputException;
import org.p2vit.model.VitShape;

/** The float model, run by ONNX Runtime on one image at a time; intermediate tensors on request. */
public final class FloatReference implements AutoCloseable {
  private final OrtSession session;
  private final FloatVit vit;
  private final String name;

  /** ONNX Runtime's own choice: all cores. */
  private static final int ALL_CORES = 0;

  private FloatReference(
      String name, byte[] onnx, FloatVit vit, Collection<Tap> taps, int threads) {
    this.name = name;
    this.vit = vit;
    ModelProto model = OnnxFile.decode(name, onnx);
    Set<String> outputs = new LinkedHashSet<>();
    taps.forEach(t -> outputs.add(t.tensor()));
    ModelProto.Builder tapped = model.toBuilder();
    tapped.getGraphBuilder().getOutputList().forEach(o -> outputs.remove(o.getName()));
    for (String output : outputs) {
      tapped.getGraphBuilder().addOutput(ValueInfoProto.newBuilder().setName(output));
    }
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(threads);
      session =
          OrtEnvironment.getEnvironment().createSession(tapped.build().toByteArray(), options);
    } catch (OrtException e) {
      throw new InputException(name + ": ONNX Runtime rejects the model: " + e.getMessage(), e);
    }
  }

  /**
   * @param taps tensors that {@link #run} returns besides the logits
   */
  public static FloatReference open(Path file, FloatVit vit, Collection<Tap> taps) {
    return new FloatReference(file.toString(), OnnxFile.bytes(file), vit, taps, ALL_CORES);
  }

  /** The same, each image on one core; several threads may call it. */
  public static FloatReference openSingleThreaded(Path file, FloatVit vit, Collection<Tap> taps) {
    return new FloatReference(file.toString(), OnnxFile.bytes(file), vit, taps, 1);
  }

  /**
   * @param name of the file in messages
   */
  public static FloatReference open(String name, byte[] onnx, FloatVit vit, Collection<Tap> taps) {
    return new FloatReference(name, onnx, vit, taps, ALL_CORES);
  }

  /** Logits of a normalized NCHW image. */
  public float[] logits(float[] image) {
    Tap logits = vit.logitsTap();
    return run(image, List.of(logits)).get(logits);
  }

  /**
   * Runs the model and fetches tensors.
   *
   * @param image normalized, channel by channel
   * @return for each tap its rows, row-major, columns taken and scaled
   */
  public Map<Tap, float[]> run(float[] image, Collection<Tap> taps) {
    VitShape s = vit.shape();
    long[] shape = {1, s.imageChannels(), s.imageHeight(), s.imageWidth()};
    Set<String> names = new LinkedHashSet<>();
    taps.forEach(t -> names.add(t.tensor()));
    Map<Tap, float[]> results = new HashMap<>();
    try (OnnxTensor input =
            OnnxTensor.createTensor(
                OrtEnvironment.getEnvironment(), FloatBuffer.wrap(image), shape);
        OrtSession.Result result = session.run(Map.of(vit.input(), input), names)) {
      for (Tap tap : taps) {
        OnnxTensor tensor = (OnnxTensor) result.get(tap.tensor()).orElseThrow();
        results.put(tap, select(tap, tensor.getFloatBuffer()));
      }
    } catch (OrtException e) {
      throw new InputException(name + ": ONNX Runtime fails: " + e.getMessage(), e);
    }
    return results;
  }

  private static float[] select(Tap tap, FloatBuffer from) {
    int n = tap.columns().length;
    float[] values = new float[tap.rows() * n];
    for (int r = 0; r < tap.rows(); r++) {
      for (int c = 0; c < n; c++) {
        values[r * n + c] = (float) (from.get(r * tap.width() + tap.columns()[c]) * tap.scale());
      }
    }
    return values;
  }

  @Override
  public void close() {
    try {
      session.close();
    } catch (OrtException e) {
      throw new IllegalStateException(e);
    }
  }
}
