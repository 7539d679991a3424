package org.p2vit.golden;

import java.util.Arrays;
import org.p2vit.model.Attention;
import org.p2vit.model.Linear;
import org.p2vit.numerics.ContextMath;
import org.p2vit.numerics.Tables;

/**
 * Attention of one image (docs/numerics.md sections 5 and 6) up to its context: query, key and
 * value, scores, softmax, context, one after another.
 */
public final class AttentionLayer {
  /** What attention codes multiply values by. */
  private static final float[] FACTORS = new float[2 * Tables.CODE_ZERO];

  private static final int FACTOR_MASK = FACTORS.length - 1;

  static {
    for (int code = 0; code <= Tables.CODE_ZERO; code++) {
      FACTORS[code] = ContextMath.factor(code);
    }
  }

  private final MatrixProducts products;
  private final LinearLayer query;
  private final LinearLayer key;
  private final LinearLayer value;

  /** By head. */
  private final float[] scoreScale;

  private final Softmax[] softmax;

  /** By channel. */
  private final float[] contextScale;

  /**
   * @param grid of the exponents
   */
  public AttentionLayer(MatrixProducts products, Attention attention, ScaleGrid grid) {
    this.products = products;
    int heads = attention.scoreExponent().length;
    int dim = attention.queryExponent().length;
    int headDim = dim / heads;
    query = layer(attention.query(), attention.queryExponent(), grid);
    key = layer(attention.key(), attention.keyExponent(), grid);
    value = layer(attention.value(), attention.valueExponent(), grid);
    softmax = new Softmax[heads];
    int[] shifts = new int[heads];
    for (int h = 0; h < heads; h++) {
      int c = h * headDim;
      int e = attention.scoreExponent()[h];
      shifts[h] = e - attention.queryExponent()[c] - attention.keyExponent()[c];
      softmax[h] = new Softmax(grid.scale(e));
    }
    scoreScale = grid.scalesOfShifts(shifts);
    int[] contextShifts = new int[dim];
    Arrays.setAll(contextShifts, c -> attention.contextShift()[c / headDim]);
    contextScale = grid.scalesOfShifts(contextShifts);
  }

  private LinearLayer layer(Linear linear, int[] exponent, ScaleGrid grid) {
    return new LinearLayer(products, linear, o -> exponent[o], 8, grid);
  }

  /** Rows of codes. */
  public void query(float[][] x, float[][] y) {
    query.apply(x, y);
  }

  /** Likewise. */
  public void key(float[][] x, float[][] y) {
    key.apply(x, y);
  }

  /** Likewise. */
  public void value(float[][] x, float[][] y) {
    value.apply(x, y);
  }

  /**
   * Floats are exact: a sum has at most 1,024 terms of at most {@code 128 * 128}.
   *
   * @param scores gets codes, heads x keys x queries
   */
  public void scores(float[][] query, float[][] key, float[][][] scores) {
    products.scores(query, key, scores);
    for (int h = 0; h < scores.length; h++) {
      for (float[] row : scores[h]) {
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
   * @param attention codes, heads x keys x queries; lost
   * @param context gets codes
   */
  public void context(float[][][] attention, float[][] value, float[][] context) {
    for (float[][] head : attention) {
      for (float[] row : head) {
        for (int t = 0; t < row.length; t++) {
          row[t] = FACTORS[Rows.index(row[t] + Rows.TO_INDEX, FACTOR_MASK)];
        }
      }
    }
    products.context(attention, value, context);
    for (float[] row : context) {
      Rows.requantize(row, contextScale, 8);
    }
  }
}
