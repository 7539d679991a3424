package org.p2vit.golden;

import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.ByteBuffer;
import java.util.Map;
import org.p2vit.model.Linear;

/**
 * Products by ONNX Runtime, whose kernels use each processor's instructions for products of bytes;
 * HotSpot makes nothing like them from Java.
 *
 * <p>Three graphs serve the whole process. Weights are an input like any other: that they are
 * packed anew for each product costs a tenth of its time, and spares a session a layer, to be
 * created and closed. A product runs on the thread that asks for it, because callers take a thread
 * an image.
 *
 * <p>Codes and weights go in as unsigned numbers around 128: ONNX Runtime's product of unsigned and
 * signed bytes saturates sums of two on processors that lack the dot-product instructions.
 */
final class OnnxProducts implements MatrixProducts {
  private static final byte ZERO_POINT = (byte) 128;

  /** Made when it is first asked for. */
  private static final class Holder {
    private static final MatrixProducts INSTANCE = open();

    private static MatrixProducts open() {
      try {
        MatrixProducts products = new OnnxProducts();
        if (ProductsCheck.agree(products, JavaProducts.INSTANCE)) {
          return products;
        }
      } catch (OrtException | LinkageError e) {
        // No library for this processor, or one without these operators: slower is all it is.
      }
      return JavaProducts.INSTANCE;
    }
  }

  private final OrtSession affine;
  private final OrtSession scores;
  private final OrtSession context;

  /** Of the calling thread: operands, result. */
  private final ThreadLocal<DirectFloats[]> memory =
      ThreadLocal.withInitial(
          () -> new DirectFloats[] {new DirectFloats(), new DirectFloats(), new DirectFloats()});

  private OnnxProducts() throws OrtException {
    affine =
        new OnnxGraph()
            .input("x", DataType.FLOAT, 2)
            .input("weights", DataType.UINT8, 2)
            .input("bias", DataType.FLOAT, 1)
            .output("y", 2)
            .scalar("one", 1f)
            .scalar("zero", ZERO_POINT)
            .node("codes", "QuantizeLinear", "x", "one", "zero")
            .integerProduct("y", "codes", "weights", "one", "zero", "bias")
            .session();
    scores =
        new OnnxGraph()
            .input("query", DataType.FLOAT, 3)
            .input("key", DataType.FLOAT, 3)
            .output("scores", 3)
            .scalar("one", 1f)
            .scalar("zero", ZERO_POINT)
            .node("queryCodes", "QuantizeLinear", "query", "one", "zero")
            .node("keyCodes", "QuantizeLinear", "key", "one", "zero")
            .transpose("queries", "queryCodes", 1, 2, 0)
            .transpose("keys", "keyCodes", 1, 0, 2)
            .integerProduct("scores", "keys", "queries", "one", "zero", OnnxGraph.NONE)
            .session();
    context =
        new OnnxGraph()
            .input("factors", DataType.FLOAT, 3)
            .input("value", DataType.FLOAT, 3)
            .output("context", 3)
            .transpose("values", "value", 1, 2, 0)
            .node("heads", "MatMul", "values", "factors")
            .transpose("context", "heads", 2, 0, 1)
            .session();
  }

  /** These products, if they can be had and are exact on this processor, else Java's. */
  static MatrixProducts orJava() {
    return Holder.INSTANCE;
  }

  @Override
  public Affine affine(Linear linear) {
    int in = linear.in();
    int out = linear.out();
    ByteBuffer weights = ByteBuffer.allocateDirect(in * out);
    float[] bias = new float[out];
    for (int o = 0; o < out; o++) {
      bias[o] = linear.bias()[o];
      for (int k = 0; k < in; k++) {
        weights.put(k * out + o, (byte) (linear.weights()[o * in + k] + ZERO_POINT));
      }
    }
    DirectFloats directBias = new DirectFloats().put(bias);
    return (x, y) -> {
      DirectFloats[] m = memory.get();
      try (OnnxTensor left = m[0].put(x).tensor(x.length, in);
          OnnxTensor right = codes(weights, in, out);
          OnnxTensor plus = directBias.tensor(out);
          OnnxTensor result = m[2].size(x.length * out).tensor(x.length, out)) {
        run(affine, Map.of("x", left, "weights", right, "bias", plus), "y", result);
      } catch (OrtException e) {
        throw new IllegalStateException(e);
      }
      m[2].get(y);
    };
  }

  private static OnnxTensor codes(ByteBuffer codes, long... shape) throws OrtException {
    return OnnxTensor.createTensor(
        OrtEnvironment.getEnvironment(), codes, shape, OnnxJavaType.UINT8);
  }

  @Override
  public void scores(float[][] query, float[][] key, float[][][] scores) {
    int heads = scores.length;
    int tokens = query.length;
    int headDim = query[0].length / heads;
    DirectFloats[] m = memory.get();
    try (OnnxTensor left = m[0].put(query).tensor(tokens, heads, headDim);
        OnnxTensor right = m[1].put(key).tensor(tokens, heads, headDim);
        OnnxTensor result = m[2].size(heads * tokens * tokens).tensor(heads, tokens, tokens)) {
      run(this.scores, Map.of("query", left, "key", right), "scores", result);
    } catch (OrtException e) {
      throw new IllegalStateException(e);
    }
    m[2].get(scores);
  }

  @Override
  public void context(float[][][] factors, float[][] value, float[][] context) {
    int heads = factors.length;
    int tokens = value.length;
    int headDim = value[0].length / heads;
    DirectFloats[] m = memory.get();
    try (OnnxTensor left = m[0].put(factors).tensor(heads, tokens, tokens);
        OnnxTensor right = m[1].put(value).tensor(tokens, heads, headDim);
        OnnxTensor result = m[2].size(tokens * heads * headDim).tensor(tokens, heads, headDim)) {
      run(this.context, Map.of("factors", left, "value", right), "context", result);
    } catch (OrtException e) {
      throw new IllegalStateException(e);
    }
    m[2].get(context);
  }

  private static void run(
      OrtSession session, Map<String, OnnxTensor> inputs, String output, OnnxTensor result)
      throws OrtException {
    session.run(inputs, Map.of(output, result)).close();
  }
}
