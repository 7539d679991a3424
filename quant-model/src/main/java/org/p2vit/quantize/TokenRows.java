package org.p2vit.quantize;

import java.util.Arrays;
import org.p2vit.golden.MatrixProduct;
import org.p2vit.onnx.FloatLinear;

/**
 * Work on the rows of all calibration images' tokens: image after image, {@code tokens} each, class
 * token first.
 *
 * @param images how many
 * @param tokens of each
 */
record TokenRows(int images, int tokens) {

  /** Computes on one image's rows. */
  @FunctionalInterface
  interface Body {
    /**
     * @param x the image's rows
     * @param y rows to be filled
     */
    void apply(float[][] x, float[][] y);
  }

  int rows() {
    return images * tokens;
  }

  /** One image's part of rows, not copied. */
  float[][] image(float[][] rows, int i) {
    return Arrays.copyOfRange(rows, i * tokens, (i + 1) * tokens);
  }

  /** The class token's rows, not copied. */
  float[][] classTokens(float[][] rows) {
    float[][] result = new float[images][];
    Arrays.setAll(result, i -> rows[i * tokens]);
    return result;
  }

  /**
   * At most {@code limit} rows, spread over the images, half of them class tokens', whose output is
   * what counts in the end; all of them if only that is read.
   */
  int[] sample(int limit, boolean classTokenOnly) {
    int all = classTokenOnly ? images : rows();
    int[] sample = new int[Math.min(limit, all)];
    for (int i = 0; i < sample.length; i++) {
      int row = Samples.row(i, sample.length, all);
      boolean classToken = i % 2 == 0;
      sample[i] = classTokenOnly ? row * tokens : classToken ? row - row % tokens : row;
    }
    return sample;
  }

  /** Rows of {@code width} that {@code body} fills, image by image, on all cores. */
  float[][] map(float[][] x, int width, Body body) {
    float[][] y = new float[rows()][];
    Parallel.each(
        images,
        i -> {
          for (int r = i * tokens; r < (i + 1) * tokens; r++) {
            y[r] = new float[width];
          }
          body.apply(image(x, i), image(y, i));
        });
    return y;
  }

  /** A float layer on all rows. */
  float[][] linear(FloatLinear layer, float[][] x) {
    float[][] transposed = new float[layer.in()][layer.out()];
    for (int o = 0; o < layer.out(); o++) {
      for (int k = 0; k < layer.in(); k++) {
        transposed[k][o] = layer.weights()[o * layer.in() + k];
      }
    }
    return map(
        x,
        layer.out(),
        (from, to) -> {
          for (float[] row : to) {
            System.arraycopy(layer.bias(), 0, row, 0, row.length);
          }
          MatrixProduct.multiply(from, 0, transposed, to);
        });
  }
}
