package org.p2vit.onnx;

import org.p2vit.model.VitShape;

/**
 * A float Vision Transformer computed straight from its records: an independent check of an import.
 */
final class FloatForward {
  private final FloatVit vit;
  private final VitShape shape;

  FloatForward(FloatVit vit) {
    this.vit = vit;
    this.shape = vit.shape();
  }

  double[] logits(float[] image) {
    int dim = shape.dim();
    double[] x = new double[shape.tokens() * dim];
    for (int i = 0; i < x.length; i++) {
      x[i] = vit.position()[i];
    }
    double[] patches = linear(vit.patchEmbedding(), patches(image), shape.patches());
    for (int i = 0; i < patches.length; i++) {
      x[dim + i] += patches[i];
    }
    for (FloatBlock block : vit.blocks()) {
      add(x, attention(block, norm(block.norm1(), x)));
      double[] hidden = linear(block.fc1(), norm(block.norm2(), x), shape.tokens());
      for (int i = 0; i < hidden.length; i++) {
        hidden[i] *= normalCdf(hidden[i]);
      }
      add(x, linear(block.fc2(), hidden, shape.tokens()));
    }
    return linear(vit.head(), norm(vit.norm(), x), 1);
  }

  private double[] patches(float[] image) {
    int p = shape.patchSize();
    double[] rows = new double[shape.patches() * shape.patchDim()];
    int at = 0;
    for (int top = 0; top < shape.imageHeight(); top += p) {
      for (int left = 0; left < shape.imageWidth(); left += p) {
        for (int c = 0; c < shape.imageChannels(); c++) {
          for (int y = top; y < top + p; y++) {
            for (int x = left; x < left + p; x++) {
              rows[at++] = image[(c * shape.imageHeight() + y) * shape.imageWidth() + x];
            }
          }
        }
      }
    }
    return rows;
  }

  private double[] attention(FloatBlock block, double[] x) {
    int tokens = shape.tokens();
    int dim = shape.dim();
    int headDim = shape.headDim();
    double[] q = linear(block.query(), x, tokens);
    double[] k = linear(block.key(), x, tokens);
    double[] v = linear(block.value(), x, tokens);
    double[] context = new double[tokens * dim];
    double[] p = new double[tokens];
    for (int h = 0; h < shape.heads(); h++) {
      for (int i = 0; i < tokens; i++) {
        double max = Double.NEGATIVE_INFINITY;
        for (int j = 0; j < tokens; j++) {
          p[j] = 0;
          for (int c = h * headDim; c < (h + 1) * headDim; c++) {
            p[j] += q[i * dim + c] * k[j * dim + c];
          }
          max = Math.max(max, p[j]);
        }
        double sum = 0;
        for (int j = 0; j < tokens; j++) {
          p[j] = Math.exp(p[j] - max);
          sum += p[j];
        }
        for (int c = h * headDim; c < (h + 1) * headDim; c++) {
          for (int j = 0; j < tokens; j++) {
            context[i * dim + c] += p[j] / sum * v[j * dim + c];
          }
        }
      }
    }
    return linear(block.projection(), context, tokens);
  }

  private double[] norm(FloatNorm norm, double[] x) {
    int dim = shape.dim();
    double[] y = new double[x.length];
    for (int r = 0; r < x.length; r += dim) {
      double mean = 0;
      double square = 0;
      for (int c = 0; c < dim; c++) {
        mean += x[r + c] / dim;
      }
      for (int c = 0; c < dim; c++) {
        square += (x[r + c] - mean) * (x[r + c] - mean) / dim;
      }
      double scale = 1 / Math.sqrt(square + norm.epsilon());
      for (int c = 0; c < dim; c++) {
        y[r + c] = (x[r + c] - mean) * scale * norm.weight()[c] + norm.bias()[c];
      }
    }
    return y;
  }

  private static double[] linear(FloatLinear layer, double[] x, int rows) {
    double[] y = new double[rows * layer.out()];
    for (int r = 0; r < rows; r++) {
      for (int o = 0; o < layer.out(); o++) {
        double sum = layer.bias()[o];
        for (int k = 0; k < layer.in(); k++) {
          sum += layer.weights()[o * layer.in() + k] * x[r * layer.in() + k];
        }
        y[r * layer.out() + o] = sum;
      }
    }
    return y;
  }

  private static void add(double[] x, double[] y) {
    for (int i = 0; i < x.length; i++) {
      x[i] += y[i];
    }
  }

  /** By Simpson's rule. */
  private static double normalCdf(double x) {
    int n = 200;
    double h = Math.min(Math.abs(x), 9) / n;
    double sum = 0;
    for (int i = 0; i <= n; i++) {
      double weight = i == 0 || i == n ? 1 : i % 2 == 1 ? 4 : 2;
      sum += weight * Math.exp(-h * i * h * i / 2);
    }
    double half = sum * h / 3 / Math.sqrt(2 * Math.PI);
    return x < 0 ? 0.5 - half : 0.5 + half;
  }
}
