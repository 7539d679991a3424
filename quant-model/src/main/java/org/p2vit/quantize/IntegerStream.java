package org.p2vit.quantize;

import org.p2vit.golden.AttentionLayer;
import org.p2vit.golden.HiddenActivation;
import org.p2vit.golden.LayerNorm;
import org.p2vit.golden.LinearLayer;
import org.p2vit.golden.MatrixProducts;
import org.p2vit.golden.ResidualAddition;
import org.p2vit.golden.ScaleGrid;
import org.p2vit.model.Attention;
import org.p2vit.model.Linear;
import org.p2vit.model.Mlp;
import org.p2vit.model.Norm;
import org.p2vit.model.Residual;

/**
 * The integer model on all calibration images, as far as its layers are chosen: what the next layer
 * will really read. Computed by the golden model's own layers.
 */
final class IntegerStream {
  private final MatrixProducts products;
  private final TokenRows tokens;
  private final ScaleGrid grid;
  private final int bits;
  private float[][] codes;
  private Residual scale;

  /**
   * @param bits of the residual stream
   * @param codes after embedding
   * @param scale of {@code codes}
   */
  IntegerStream(
      MatrixProducts products,
      TokenRows tokens,
      ScaleGrid grid,
      int bits,
      float[][] codes,
      Residual scale) {
    this.products = products;
    this.tokens = tokens;
    this.grid = grid;
    this.bits = bits;
    this.codes = codes;
    this.scale = scale;
  }

  /** Codes of the stream's LayerNorm. */
  float[][] norm(Norm norm) {
    LayerNorm layer = new LayerNorm(norm, scale);
    return tokens.map(codes, width(), layer::apply);
  }

  /** What attention makes of the LayerNorm's codes; its projection does not matter. */
  float[][] context(float[][] norm, Attention attention) {
    AttentionLayer layer = new AttentionLayer(products, attention, grid);
    int heads = attention.scoreExponent().length;
    int width = width();
    return tokens.map(
        norm,
        width,
        (x, context) -> {
          int n = x.length;
          float[][] query = new float[n][width];
          float[][] key = new float[n][width];
          float[][] value = new float[n][width];
          layer.query(x, query);
          layer.key(x, key);
          layer.value(x, value);
          float[][][] scores = new float[heads][n][n];
          layer.scores(query, key, scores);
          layer.softmax(scores);
          layer.context(scores, value, context);
        });
  }

  float[][] hidden(float[][] norm, Mlp mlp) {
    LinearLayer fc1 = LinearLayer.fc1(products, mlp, grid);
    HiddenActivation activation = new HiddenActivation(mlp, grid);
    return tokens.map(
        norm,
        mlp.fc1().out(),
        (x, y) -> {
          fc1.apply(x, y);
          activation.apply(y);
        });
  }

  /** Adds a layer's output: the stream now has scale {@code after}. */
  void add(Linear linear, float[][] input, Residual after) {
    LinearLayer layer = new LinearLayer(products, linear, after::exponent, bits, grid);
    ResidualAddition addition = new ResidualAddition(scale, after, bits, grid);
    float[][] stream = codes;
    float[][] branch = tokens.map(input, width(), layer::apply);
    Parallel.each(
        tokens.images(), i -> addition.apply(tokens.image(stream, i), tokens.image(branch, i)));
    scale = after;
  }

  /** What a layer has to add for the stream to become {@code wanted}. */
  float[][] missing(float[][] wanted) {
    float[] unit = new float[width()];
    for (int c = 0; c < unit.length; c++) {
      unit[c] = grid.scale(scale.exponent(c));
    }
    float[][] stream = codes;
    float[][] result = new float[wanted.length][unit.length];
    Parallel.each(
        result.length,
        r -> {
          for (int c = 0; c < unit.length; c++) {
            result[r][c] = wanted[r][c] - stream[r][c] * unit[c];
          }
        });
    return result;
  }

  /** The stream's scale. */
  Residual scale() {
    return scale;
  }

  private int width() {
    return codes[0].length;
  }
}
