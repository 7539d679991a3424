package org.p2vit.quantize;

import java.util.Arrays;
import org.p2vit.golden.ScaleGrid;
import org.p2vit.model.InputException;

/** Rounds some output channels of a linear layer and finds the scales that serve them best. */
final class ChannelRounding {
  private static final int MIN_SHIFT = -8;
  private static final int MAX_SHIFT = 31;

  /** Descent from a scale whose error is larger than another's by this factor is not worth it. */
  private static final double WORTHWHILE = 1.5;

  /** Octaves of candidates below the scale that clips nothing. */
  private static final int DEPTH = 4;

  private final String name;
  private final QuantizeOptions options;
  private final ScaleGrid grid;
  private final WeightRounding rounding;
  private final Hessian hessian;
  private final int bits;
  private final int max;
  private final int from;
  private final CoordinateDescent descent;

  /** Least error of rounding alone, and after descent. */
  private final double[] leastRounded;

  private final double[] least;
  private final int[] exponent;
  private final double[] bias;
  private final double[][] best;

  /**
   * @param name of the layer, for messages
   * @param from first output channel
   * @param to after the last
   */
  ChannelRounding(
      String name, QuantizeOptions options, Hessian hessian, int bits, int from, int to) {
    this.name = name;
    this.options = options;
    this.hessian = hessian;
    this.bits = bits;
    this.from = from;
    grid = options.grid();
    rounding = WeightRounding.of(options);
    max = WeightRounding.maxCode(bits);
    descent = options.uses(Method.DESCENT) ? new CoordinateDescent(hessian, max) : null;
    leastRounded = new double[to - from];
    Arrays.fill(leastRounded, Double.POSITIVE_INFINITY);
    least = new double[to - from];
    Arrays.fill(least, Double.POSITIVE_INFINITY);
    exponent = new int[least.length];
    bias = new double[least.length];
    best = new double[hessian.size()][least.length];
  }

  /**
   * Finds codes, exponents and biases.
   *
   * @param all the layer's weights for codes of the input, outputs x inputs
   * @param outputExponent of the outputs' codes
   * @param base the bias, but for what the weights make of {@code mean}
   * @param mean of the input's codes
   */
  void search(double[][] all, int[] outputExponent, double[] base, double[] mean) {
    double[][] weights = new double[best.length][least.length];
    for (int k = 0; k < weights.length; k++) {
      for (int o = 0; o < least.length; o++) {
        weights[k][o] = all[from + o][k];
      }
    }
    int[] top = new int[least.length];
    for (int o = 0; o < top.length; o++) {
      top[o] = top(all[from + o], outputExponent[from + o]);
    }
    Trial trial = new Trial(weights, top, outputExponent, base, mean);
    if (options.uses(Method.ADAPTIVE_ROUNDING)) {
      int step = Math.max(1, grid.steps() / 8);
      boolean improved = true;
      for (int below = 0; improved && below <= grid.octaves(DEPTH); below += step) {
        improved = trial.run(-below) || below < grid.octaves(1);
      }
    } else {
      trial.run(0);
    }
    for (int above = grid.steps(); !complete(); above += grid.steps()) {
      if (above > grid.octaves(MAX_SHIFT - MIN_SHIFT)) {
        throw tooLarge(base, outputExponent);
      }
      trial.run(above);
    }
  }

  private int top(double[] row, int outputExponent) {
    double largest = 0;
    for (double w : row) {
      largest = Math.max(largest, Math.abs(w));
    }
    Exponents exponents = new Exponents(grid, true);
    int e =
        options.uses(Method.ADAPTIVE_ROUNDING)
            ? exponents.unclipped(largest, bits)
            : exponents.nearest(largest, bits);
    return e == Exponents.NOTHING ? outputExponent - grid.octaves(8) : e;
  }

  private boolean complete() {
    return Arrays.stream(least).allMatch(Double::isFinite);
  }

  /** Attempts with one set of weights. */
  private final class Trial {
    private final double[][] weights;
    private final int[] top;
    private final int[] outputExponent;
    private final double[] base;
    private final double[] mean;

    Trial(double[][] weights, int[] top, int[] outputExponent, double[] base, double[] mean) {
      this.weights = weights;
      this.top = top;
      this.outputExponent = outputExponent;
      this.base = base;
      this.mean = mean;
    }

    /** Rounds with exponents {@code change} away from {@code top} and keeps what is better. */
    boolean run(int change) {
      int[] e = new int[least.length];
      double[] scale = new double[least.length];
      for (int o = 0; o < scale.length; o++) {
        int lowest = outputExponent[from + o] - grid.octaves(MAX_SHIFT);
        int highest = outputExponent[from + o] - grid.octaves(MIN_SHIFT);
        e[o] = Math.max(lowest, Math.min(highest, top[o] + change));
        scale[o] = grid.scale(e[o]);
      }
      double[][] codes = new double[best.length][scale.length];
      double[] errors = rounding.round(hessian, weights, scale, max, codes);
      boolean improved = false;
      for (int o = 0; o < scale.length; o++) {
        double[] column = column(codes, o);
        if (errors[o] > WORTHWHILE * leastRounded[o] || !keep(o, e[o], column, errors[o])) {
          continue;
        }
        improved |= errors[o] < leastRounded[o];
        leastRounded[o] = Math.min(leastRounded[o], errors[o]);
        if (descent != null) {
          double error = descent.improve(column(weights, o), scale[o], column);
          keep(o, e[o], column, error);
        }
      }
      return improved;
    }

    /** Keeps codes if they are better than those so far; false if they do not fit. */
    private boolean keep(int o, int e, double[] codes, double error) {
      double b = biasCode(base[from + o], mean, codes, grid.scale(e));
      boolean fits = fits(codes, b);
      if (fits && error < least[o]) {
        least[o] = error;
        exponent[o] = e;
        bias[o] = b;
        for (int k = 0; k < codes.length; k++) {
          best[k][o] = codes[k];
        }
      }
      return fits;
    }
  }

  private static double[] column(double[][] codes, int o) {
    double[] column = new double[codes.length];
    for (int k = 0; k < column.length; k++) {
      column[k] = codes[k][o];
    }
    return column;
  }

  private static double biasCode(double base, double[] mean, double[] codes, double scale) {
    double b = base / scale;
    for (int k = 0; k < codes.length; k++) {
      b -= codes[k] * mean[k];
    }
    return Math.rint(b);
  }

  private static boolean fits(double[] codes, double bias) {
    double sum = Math.abs(bias);
    for (double code : codes) {
      sum += 128 * Math.abs(code);
    }
    return sum < 1L << 31;
  }

  private InputException tooLarge(double[] base, int[] outputExponent) {
    int o = 0;
    while (Double.isFinite(least[o])) {
      o++;
    }
    return new InputException(
        name
            + ": output channel "
            + (from + o)
            + " does not fit a 32-bit accumulator: bias "
            + base[from + o]
            + " for outputs of scale "
            + grid.scale(outputExponent[from + o]));
  }

  /** Writes the channels' part of the layer. */
  void copy(byte[] codes, int[] biases, int[] exponents) {
    int in = best.length;
    for (int o = 0; o < least.length; o++) {
      for (int k = 0; k < in; k++) {
        codes[(from + o) * in + k] = (byte) best[k][o];
      }
      biases[from + o] = (int) bias[o];
      exponents[from + o] = exponent[o];
    }
  }
}
