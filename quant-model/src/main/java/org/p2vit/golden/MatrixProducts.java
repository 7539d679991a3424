package org.p2vit.golden;

import org.p2vit.model.Linear;
import org.p2vit.model.VitShape;

/**
 * The matrix products of a Vision Transformer, of integers that are held in floats. Every
 * implementation is exact as long as the absolute values of a sum's terms, its start value
 * included, add up to no more than {@link #EXACT_LIMIT}; the caller shows that they do. Any number
 * of threads may use one.
 */
public interface MatrixProducts {
  /** Floats hold all integers from minus this to this. */
  int EXACT_LIMIT = 1 << 24;

  /**
   * Multiply-accumulates of an image from which on ONNX Runtime pays: with less, loading its
   * library takes longer than it saves.
   */
  long WORTH_ONNX_RUNTIME = 10_000_000;

  /** The fastest for models of this shape on this processor. */
  static MatrixProducts fastest(VitShape shape) {
    return shape.macs() < WORTH_ONNX_RUNTIME ? JavaProducts.INSTANCE : OnnxProducts.orJava();
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
