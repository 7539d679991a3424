package org.p2vit.quantize;

/**
 * How much each token counts when a layer's weights are chosen.
 *
 * <p>The class token counts half as much as all others together, because only its output is read in
 * the end. Of what goes into the residual stream, a token's error counts relative to its size,
 * because LayerNorm divides by that: trained Vision Transformers have a few tokens that are a
 * thousand times as large as the rest (registers, arXiv 2309.16588), which else would be all that
 * counts. A token that the integer model has lost is left out: no weight can bring it back.
 */
final class RowWeights {
  /** Of all other tokens together, relative to the class token. */
  private static final float OTHERS = 2;

  /** Share of its power that a lost token's error has. */
  private static final double LOST = 0.5;

  private final TokenRows tokens;
  private final float[][] before;
  private final float[][] error;

  /**
   * @param before the float residual stream that the layer, or its LayerNorm, reads
   * @param error what the integer stream differs from it by
   */
  RowWeights(TokenRows tokens, float[][] before, float[][] error) {
    this.tokens = tokens;
    this.before = before;
    this.error = error;
  }

  /** For a layer whose outputs no other tensor dwarfs. */
  float[] absolute() {
    float other = OTHERS / (tokens.tokens() - 1);
    float[] weights = new float[tokens.rows()];
    Parallel.each(
        weights.length,
        r -> {
          boolean lost = power(error[r]) > LOST * power(before[r]);
          weights[r] = lost ? 0 : r % tokens.tokens() == 0 ? 1 : other;
        });
    return weights;
  }

  /**
   * For a layer that adds to the residual stream.
   *
   * @param after the float stream after the addition
   */
  float[] relativeTo(float[][] after) {
    float[] weights = absolute();
    Parallel.each(weights.length, r -> weights[r] /= (float) Math.max(1e-9, power(after[r])));
    return weights;
  }

  private static double power(float[] row) {
    double sum = 0;
    for (float v : row) {
      sum += (double) v * v;
    }
    return sum;
  }
}
