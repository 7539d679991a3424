package org.p2vit.quantize;

import org.p2vit.golden.ScaleGrid;
import org.p2vit.onnx.FloatBlock;
import org.p2vit.onnx.FloatLinear;

/**
 * Real factors that attention is free to choose, so that weights fit powers of two as well as they
 * would any scale: a channel of the values times a factor is undone by the projection's column, a
 * channel of the queries by that of the keys (invariances as in SmoothQuant, arXiv 2211.10438,
 * inside attention). Each factor is the one with which rounding the weights loses least.
 */
final class FoldedScales {
  /** Factors tried in an octave. */
  private static final int STEPS = 8;

  private final ScaleGrid grid;
  private final float[] inputScale;
  private final double[] inputPower;

  /**
   * @param input scales of attention's input
   * @param samples of it, centered
   */
  FoldedScales(ScaleGrid grid, InputScale input, Samples samples) {
    this.grid = grid;
    inputScale = new float[input.exponent().length];
    for (int k = 0; k < inputScale.length; k++) {
      inputScale[k] = grid.scale(input.exponent()[k]);
    }
    inputPower = samples.power();
  }

  /** Factors of the values' channels. */
  float[] value(FloatLinear value, int bits) {
    float[] factors = new float[value.out()];
    Parallel.each(factors.length, c -> factors[c] = factor(best(errors(value, c, bits))));
    return factors;
  }

  /** Factors of the queries' channels, by which those of the keys are to be divided. */
  float[] queryKey(FloatLinear query, int queryBits, FloatLinear key, int keyBits) {
    float[] factors = new float[query.out()];
    Parallel.each(
        factors.length,
        c -> {
          double[] errors = errors(query, c, queryBits);
          double[] keyErrors = errors(key, c, keyBits);
          for (int s = 0; s < STEPS; s++) {
            errors[s] += keyErrors[(STEPS - s) % STEPS];
          }
          factors[c] = factor(best(errors));
        });
    return factors;
  }

  private static int best(double[] errors) {
    int best = 0;
    for (int s = 1; s < errors.length; s++) {
      best = errors[s] < errors[best] ? s : best;
    }
    return best;
  }

  private static float factor(int step) {
    return (float) Math.pow(2, (double) step / STEPS);
  }

  /** Relative error of a row of weights, rounded after multiplication with each factor. */
  private double[] errors(FloatLinear layer, int row, int bits) {
    int in = layer.in();
    float[] weights = new float[in];
    double signal = 0;
    float largest = 0;
    for (int k = 0; k < in; k++) {
      weights[k] = layer.weights()[row * in + k] * inputScale[k];
      largest = Math.max(largest, Math.abs(weights[k]));
      signal += inputPower[k] * weights[k] * weights[k] / inputScale[k] / inputScale[k];
    }
    double[] errors = new double[STEPS];
    for (int s = 0; s < STEPS && signal > 0; s++) {
      errors[s] = error(weights, largest * factor(s), factor(s), bits) / signal;
    }
    return errors;
  }

  /** With the best scale of the grid, per square of the factor. */
  private double error(float[] weights, float largest, float factor, int bits) {
    int max = (1 << (bits - 1)) - 1;
    int top = new Exponents(grid, true).unclipped(largest, bits);
    double least = Double.POSITIVE_INFINITY;
    for (int octave = 0; octave <= 3; octave++) {
      float scale = grid.scale(top - grid.octaves(octave)) / factor;
      double error = 0;
      for (int k = 0; k < weights.length; k++) {
        double d = weights[k] - Exponents.round(weights[k] / scale, -max - 1, max) * scale;
        error += inputPower[k] * d * d / inputScale[k] / inputScale[k];
      }
      least = Math.min(least, error);
    }
    return least;
  }

  /** The block with queries, keys and values in other units; it computes the same. */
  static FloatBlock apply(FloatBlock b, float[] queryFactor, float[] valueFactor) {
    return new FloatBlock(
        b.norm1(),
        rowsTimes(b.query(), queryFactor),
        rowsTimes(b.key(), inverse(queryFactor)),
        rowsTimes(b.value(), valueFactor),
        columnsTimes(b.projection(), inverse(valueFactor)),
        b.norm2(),
        b.fc1(),
        b.fc2(),
        b.taps());
  }

  /** The block's tensors in these units. */
  static FloatStream.AttentionTensors apply(
      FloatStream.AttentionTensors t, float[] queryFactor, float[] valueFactor) {
    return new FloatStream.AttentionTensors(
        t.norm(),
        new Samples(t.query()).times(queryFactor).values(),
        new Samples(t.key()).times(inverse(queryFactor)).values(),
        new Samples(t.value()).times(valueFactor).values(),
        new Samples(t.context()).times(valueFactor).values(),
        t.residual());
  }

  static float[] inverse(float[] factor) {
    float[] inverse = new float[factor.length];
    for (int c = 0; c < inverse.length; c++) {
      inverse[c] = 1 / factor[c];
    }
    return inverse;
  }

  private static FloatLinear rowsTimes(FloatLinear layer, float[] factor) {
    float[] weights = layer.weights().clone();
    float[] bias = layer.bias().clone();
    for (int o = 0; o < bias.length; o++) {
      bias[o] *= factor[o];
      for (int k = 0; k < layer.in(); k++) {
        weights[o * layer.in() + k] *= factor[o];
      }
    }
    return new FloatLinear(layer.in(), layer.out(), weights, bias);
  }

  /** The layer that reads inputs divided by {@code factor}, a number a channel. */
  static FloatLinear columnsTimes(FloatLinear layer, float[] factor) {
    float[] weights = layer.weights().clone();
    for (int i = 0; i < weights.length; i++) {
      weights[i] *= factor[i % layer.in()];
    }
    return new FloatLinear(layer.in(), layer.out(), weights, layer.bias());
  }
}
