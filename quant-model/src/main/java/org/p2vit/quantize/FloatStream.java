package org.p2vit.quantize;

import java.util.Arrays;
import org.p2vit.golden.MatrixProduct;
import org.p2vit.model.Activations;
import org.p2vit.model.InputException;
import org.p2vit.onnx.FloatBlock;
import org.p2vit.onnx.FloatNorm;
import org.p2vit.onnx.FloatVit;

/** The float model on all calibration images, computed block by block: what integers aim at. */
final class FloatStream {
  private final FloatVit vit;
  private final TokenRows tokens;
  private final int dim;
  private final int headDim;
  private final Gelu gelu = new Gelu();
  private float[][] x;

  /**
   * Tensors of a block's first half, all images' tokens.
   *
   * @param norm that QKV reads
   * @param query scaled
   * @param residual the stream after it
   */
  record AttentionTensors(
      float[][] norm,
      float[][] query,
      float[][] key,
      float[][] value,
      float[][] context,
      float[][] residual) {}

  /**
   * Tensors of a block's second half, all images' tokens.
   *
   * @param norm that fc1 reads
   * @param preActivation before GELU
   * @param hidden after GELU
   * @param residual the stream after it
   */
  record MlpTensors(
      float[][] norm, float[][] preActivation, float[][] hidden, float[][] residual) {}

  FloatStream(Calibration calibration) {
    vit = calibration.vit();
    tokens = new TokenRows(calibration.images(), vit.shape().tokens());
    dim = vit.shape().dim();
    headDim = vit.shape().headDim();
    x = embed(calibration);
  }

  private float[][] embed(Calibration calibration) {
    float[][] patches = new float[tokens.rows()][];
    float[] none = new float[vit.shape().patchDim()];
    for (int i = 0; i < tokens.images(); i++) {
      patches[i * tokens.tokens()] = none;
      System.arraycopy(
          calibration.patches(i), 0, patches, i * tokens.tokens() + 1, tokens.tokens() - 1);
    }
    float[][] rows = tokens.linear(vit.patchEmbedding(), patches);
    for (int r = 0; r < rows.length; r++) {
      int token = r % tokens.tokens();
      for (int c = 0; c < dim; c++) {
        float position = vit.position()[token * dim + c];
        rows[r][c] = token == 0 ? position : rows[r][c] + position;
      }
    }
    return finite("embed", rows);
  }

  /** The stream as it is now. */
  float[][] residual() {
    return x;
  }

  AttentionTensors attention(String name, FloatBlock block) {
    float[][] norm = norm(block.norm1());
    float[][] query = tokens.linear(block.query(), norm);
    float[][] key = tokens.linear(block.key(), norm);
    float[][] value = tokens.linear(block.value(), norm);
    float[][] context = new float[tokens.rows()][dim];
    Parallel.each(
        tokens.images(),
        i ->
            context(
                tokens.image(query, i),
                tokens.image(key, i),
                tokens.image(value, i),
                tokens.image(context, i)));
    add(name + ".residual1", tokens.linear(block.projection(), context));
    return new AttentionTensors(norm, query, key, value, context, x);
  }

  MlpTensors mlp(String name, FloatBlock block) {
    float[][] norm = norm(block.norm2());
    float[][] preActivation = tokens.linear(block.fc1(), norm);
    float[][] hidden = tokens.map(preActivation, block.fc1().out(), gelu::apply);
    add(name + ".residual2", tokens.linear(block.fc2(), hidden));
    return new MlpTensors(norm, preActivation, hidden, x);
  }

  /** LayerNorm of the stream. */
  float[][] norm(FloatNorm norm) {
    return tokens.map(
        x,
        dim,
        (from, to) -> {
          for (int r = 0; r < from.length; r++) {
            normalize(norm, from[r], to[r]);
          }
        });
  }

  private static void normalize(FloatNorm norm, float[] x, float[] y) {
    double mean = 0;
    for (float v : x) {
      mean += v;
    }
    mean /= x.length;
    double square = 0;
    for (float v : x) {
      square += (v - mean) * (v - mean);
    }
    double scale = 1 / Math.sqrt(square / x.length + norm.epsilon());
    for (int c = 0; c < x.length; c++) {
      y[c] = (float) ((x[c] - mean) * scale * norm.weight()[c] + norm.bias()[c]);
    }
  }

  private void context(float[][] query, float[][] key, float[][] value, float[][] context) {
    int n = query.length;
    float[][] keys = new float[headDim][n];
    float[][] values = new float[n][headDim];
    float[][] scores = new float[n][n];
    float[][] sums = new float[n][headDim];
    for (int from = 0; from < dim; from += headDim) {
      for (int t = 0; t < n; t++) {
        for (int c = 0; c < headDim; c++) {
          keys[c][t] = key[t][from + c];
          values[t][c] = value[t][from + c];
          sums[t][c] = 0;
        }
        Arrays.fill(scores[t], 0);
      }
      MatrixProduct.multiply(query, from, keys, scores);
      for (float[] row : scores) {
        softmax(row);
      }
      MatrixProduct.multiply(scores, 0, values, sums);
      for (int t = 0; t < n; t++) {
        System.arraycopy(sums[t], 0, context[t], from, headDim);
      }
    }
  }

  private static void softmax(float[] row) {
    float max = Float.NEGATIVE_INFINITY;
    for (float v : row) {
      max = Math.max(max, v);
    }
    double sum = 0;
    for (int j = 0; j < row.length; j++) {
      row[j] = (float) Math.exp(row[j] - max);
      sum += row[j];
    }
    for (int j = 0; j < row.length; j++) {
      row[j] /= (float) sum;
    }
  }

  private void add(String name, float[][] branch) {
    for (int r = 0; r < branch.length; r++) {
      for (int c = 0; c < dim; c++) {
        branch[r][c] += x[r][c];
      }
    }
    x = finite(name, branch);
  }

  private float[][] finite(String name, float[][] rows) {
    for (int r = 0; r < rows.length; r++) {
      for (float v : rows[r]) {
        if (!Float.isFinite(v)) {
          throw new InputException(
              vit.name()
                  + ": the float model's tensor "
                  + name
                  + " holds "
                  + v
                  + " for calibration image "
                  + r / tokens.tokens());
        }
      }
    }
    return rows;
  }

  /** {@code max(x, 0) - g(|x|)} with a finely tabulated {@code g}, off by less than 1e-8. */
  private static final class Gelu {
    private static final int STEPS = 4096;
    private static final int RANGE = 9;
    private final float[] tail = new float[RANGE * STEPS + 2];

    Gelu() {
      for (int i = 0; i < tail.length; i++) {
        double v = (double) i / STEPS;
        tail[i] = (float) (v * Activations.normalTail(v));
      }
    }

    void apply(float[][] x, float[][] y) {
      for (int r = 0; r < x.length; r++) {
        for (int c = 0; c < x[r].length; c++) {
          float v = x[r][c];
          float at = Math.min(Math.abs(v), RANGE) * STEPS;
          int i = (int) at;
          float g = tail[i] + (at - i) * (tail[i + 1] - tail[i]);
          y[r][c] = Math.max(v, 0) - g;
        }
      }
    }
  }
}
