package org.p2vit.quantize;

import java.util.Arrays;
import java.util.List;
import org.p2vit.golden.ScaleGrid;
import org.p2vit.onnx.FloatLinear;

/**
 * Exponents for the channels of a linear layer's input, by trial: between one for all, which spares
 * the weights, and each channel's own, which spares the input. What differs from one exponent is a
 * factor that moves from the input into the weights (SmoothQuant, arXiv 2211.10438; PoT-aware
 * smoothing, arXiv 2405.19915).
 */
final class Smoothing {
  private static final int ERROR_ROWS = 128;
  private static final int LEVELS = 4;

  private final Exponents exponents;
  private final ScaleGrid grid;

  Smoothing(Exponents exponents) {
    this.exponents = exponents;
    grid = exponents.grid();
  }

  /** One exponent for all channels. */
  InputScale shared(Samples centered, float[] offset, int lowest, int highest) {
    int shared = exponents.leastSquares(centered, 8);
    int[] exponent = new int[offset.length];
    Arrays.fill(exponent, limit(shared == Exponents.NOTHING ? 0 : shared, lowest, highest));
    return new InputScale(exponent, offset);
  }

  /**
   * The exponents with the least error of the layers' outputs.
   *
   * @param layers that read the input
   * @param bits of the layers' weights
   * @param lowest exponent allowed
   * @param highest exponent allowed
   */
  InputScale balance(
      Samples centered,
      float[] offset,
      List<FloatLinear> layers,
      int[] bits,
      int lowest,
      int highest) {
    Samples few = centered.thinned(ERROR_ROWS);
    int[] own = exponents.perChannel(centered, 8);
    int shared = exponents.leastSquares(centered, 8);
    int[] best = null;
    double least = Double.POSITIVE_INFINITY;
    for (int level = 0; level <= LEVELS; level++) {
      int[] exponent = new int[own.length];
      for (int c = 0; c < own.length; c++) {
        int lift = Math.max(0, shared - own[c]);
        int e = own[c] + Math.round((float) lift * level / LEVELS);
        exponent[c] = limit(e, lowest, highest);
      }
      double error = 0;
      for (int i = 0; i < bits.length; i++) {
        error += relativeError(layers.get(i), few, exponent, bits[i]);
      }
      if (error < least) {
        least = error;
        best = exponent;
      }
    }
    return new InputScale(best, offset);
  }

  private static int limit(int e, int lowest, int highest) {
    return Math.max(lowest, Math.min(highest, e));
  }

  /** Power of the output's error over the power of the output (bias left out of both). */
  private double relativeError(FloatLinear layer, Samples input, int[] exponent, int bits) {
    int in = layer.in();
    Samples quantized = input.quantized(exponent, grid);
    double[] power = quantized.power();
    double[] errors = new double[layer.out()];
    double[] signals = new double[layer.out()];
    Parallel.each(
        layer.out(),
        o -> {
          float[] row = new float[in];
          float[] rounded = new float[in];
          for (int k = 0; k < in; k++) {
            row[k] = layer.weights()[o * in + k];
          }
          if (!round(row, power, exponent, bits, rounded)) {
            return;
          }
          for (int r = 0; r < input.rows(); r++) {
            float[] exact = input.values()[r];
            float[] coded = quantized.values()[r];
            float y = 0;
            float yq = 0;
            for (int k = 0; k < in; k++) {
              y += row[k] * exact[k];
              yq += rounded[k] * coded[k];
            }
            signals[o] += (double) y * y;
            errors[o] += (double) (y - yq) * (y - yq);
          }
        });
    double error = 0;
    double signal = 0;
    for (int o = 0; o < errors.length; o++) {
      error += errors[o];
      signal += signals[o];
    }
    return signal == 0 ? 0 : error / signal;
  }

  /**
   * Rounds a row of weights to nearest, at the scale of least error, each weight's error counting
   * as much as its input is strong. False if the row is zero.
   */
  private boolean round(float[] row, double[] power, int[] exponent, int bits, float[] rounded) {
    int max = (1 << (bits - 1)) - 1;
    float[] folded = new float[row.length];
    float largest = 0;
    for (int k = 0; k < row.length; k++) {
      folded[k] = row[k] * grid.scale(exponent[k]);
      largest = Math.max(largest, Math.abs(folded[k]));
    }
    int top = exponents.unclipped(largest, bits);
    if (top == Exponents.NOTHING) {
      return false;
    }
    double least = Double.POSITIVE_INFINITY;
    float[] trial = new float[row.length];
    for (int octave = 0; octave <= 2; octave++) {
      float scale = grid.scale(top - grid.octaves(octave));
      double error = 0;
      for (int k = 0; k < row.length; k++) {
        trial[k] =
            Exponents.round(folded[k] / scale, -max - 1, max) * scale * grid.scale(-exponent[k]);
        error += (power[k] + 1e-9) * (trial[k] - row[k]) * (trial[k] - row[k]);
      }
      if (error < least) {
        least = error;
        System.arraycopy(trial, 0, rounded, 0, trial.length);
      }
    }
    return true;
  }
}
