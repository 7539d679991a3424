package org.p2vit.golden;

import java.util.Arrays;
import org.p2vit.model.Attention;
import org.p2vit.numerics.ContextMath;
import org.p2vit.numerics.Tables;

/**
 * What attention does between its linear layers (docs/numerics.md sections 5 and 6), on one image's
 * rows: scores, softmax, context, one after another.
 */
public final class AttentionLayer {
  /** What attention codes multiply values by. */
  private static final float[] FACTORS = new float[Tables.CODE_ZERO + 1];

  static {
    for (int code = 0; code < FACTORS.length; code++) {
      FACTORS[code] = ContextMath.factor(code);
    }
  }

  private final int dim;
  private final int headDim;
  private final float[] scoreScale;
  private final Softmax[] softmax;
  private final float[] contextScale;

  /**
   * @param grid of the exponents
   */
  public AttentionLayer(Attention attention, ScaleGrid grid) {
    int heads = attention.scoreExponent().length;
    dim = attention.queryExponent().length;
    headDim = dim / heads;
    softmax = new Softmax[heads];
    int[] shifts = new int[heads];
    for (int h = 0; h < heads; h++) {
      int c = h * headDim;
      int e = attention.scoreExponent()[h];
      shifts[h] = e - attention.queryExponent()[c] - attention.keyExponent()[c];
      softmax[h] = new Softmax(grid.scale(e));
    }
    scoreScale = grid.scalesOfShifts(shifts);
    contextScale = grid.scalesOfShifts(attention.contextShift());
  }

  /**
   * Floats are exact: a sum has at most 1,024 terms of at most {@code 128 * 128}.
   *
   * @param queryKeyValue codes, 3C columns
   * @param attention gets the scores, heads x keys x queries
   */
  public void scores(float[][] queryKeyValue, float[][][] attention) {
    int tokens = queryKeyValue.length;
    float[][] query = new float[headDim][tokens];
    for (int h = 0; h < softmax.length; h++) {
      Rows.transpose(queryKeyValue, h * headDim, query);
      float[][] scores = attention[h];
      for (float[] row : scores) {
        Arrays.fill(row, 0);
      }
      MatrixProduct.multiply(queryKeyValue, dim + h * headDim, query, scores, 0, tokens);
      for (float[] row : scores) {
        Rows.requantize(row, scoreScale[h], 8);
      }
    }
  }

  /** In place: scores to attention codes. */
  public void softmax(float[][][] attention) {
    for (int h = 0; h < softmax.length; h++) {
      softmax[h].apply(attention[h]);
    }
  }

  /**
   * Floats are exact: softmax's codes of a row sum to little more than 1, in no case to 4 (the
   * rounding of codes contributes at most sqrt(2), the truncation of powers in the sum at most 2,
   * tables two percent each), so that a sum stays below {@code 128 * 4 * 2^15}.
   *
   * @param queryKeyValue codes, 3C columns
   * @param attention codes; lost
   * @param context gets codes
   */
  public void context(float[][] queryKeyValue, float[][][] attention, float[][] context) {
    int tokens = queryKeyValue.length;
    float[][] value = new float[headDim][tokens];
    for (int h = 0; h < softmax.length; h++) {
      Rows.transpose(queryKeyValue, 2 * dim + h * headDim, value);
      float[][] factors = attention[h];
      for (float[] row : factors) {
        for (int t = 0; t < tokens; t++) {
          row[t] = FACTORS[(int) row[t]];
        }
      }
      float[][] transposed = new float[headDim][tokens];
      MatrixProduct.multiply(value, 0, factors, transposed, 0, headDim);
      for (int c = 0; c < headDim; c++) {
        Rows.requantize(transposed[c], contextScale[h], 8);
        for (int t = 0; t < tokens; t++) {
          context[t][h * headDim + c] = transposed[c][t];
        }
      }
    }
  }
}
