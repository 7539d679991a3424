package org.p2vit.golden;

import org.p2vit.model.Linear;
import org.p2vit.model.VitShape;

/**
 * The matrix products of a Vision Transformer, of integers that are held in floats. All
 * implementations give the same, as every sum stays within {@link #EXACT_LIMIT}: the caller shows
 * that it does. Any number of threads may use one.
 */
sealed interface MatrixProducts permits JavaProducts, OnnxProducts {
  /** Floats hold all integers from minus this to this. */
  int EXACT_LIMIT = 1 << 24;

  /**
   * Multiply-accumulates of an image from which on ONNX Runtime pays: below, loading it costs more
   * than it saves.
   */
  long WORTH_ONNX_RUNTIME = 50_000_000;

  /** The fastest for a model of this shape on this processor. */
  static MatrixProducts fastest(VitShape shape) {
    if (shape.macs() < WORTH_ONNX_RUNTIME) {
      return JavaProducts.INSTANCE;
    }
    return Fastest.INSTANCE;
  }

  /** Chosen when it is first asked for. */
  final class Fastest {
    private static final MatrixProducts INSTANCE = choose();

    private Fastest() {}

    private static MatrixProducts choose() {
      try {
        return new OnnxProducts();
      } catch (ai.onnxruntime.OrtException e) {
        return JavaProducts.INSTANCE;
      }
    }
  }

  /** A product with constant weights. */
  @FunctionalInterface
  interface Affine {
    /**
     * {@code y[t][o] = bias[o] + sum_k x[t][k] * weights[o][k]}.
     *
     * @param x rows of int8 codes, as many as {@code y} has
     */
    void apply(float[][] x, float[][] y);
  }

  /** The accumulators of a layer; only its weights and bias matter. */
  Affine affine(Linear linear);

  /**
   * {@code scores[h][j][t] = sum_c key[j][c] * query[t][c]} over the channels of head {@code h}.
   *
   * @param query T x C, int8 codes
   * @param key T x C, int8 codes
   * @param scores H x T x T: keys, then queries
   */
  void scores(float[][] query, float[][] key, float[][][] scores);

  /**
   * {@code context[t][c] = sum_j factors[h][j][t] * value[j][c]}, {@code h} the head of channel
   * {@code c}.
   *
   * @param factors H x T x T: keys, then queries
   * @param value T x C, int8 codes
   * @param context T x C
   */
  void context(float[][][] factors, float[][] value, float[][] context);
}
