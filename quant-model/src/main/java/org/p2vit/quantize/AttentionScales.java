package org.p2vit.quantize;

import java.util.Arrays;
import org.p2vit.golden.ScaleGrid;

/** Exponents of an attention's tensors. */
final class AttentionScales {
  private static final int BITS = 8;

  /** How far a channel's exponent may be from its own best one. */
  private static final int REACH = 8;

  private static final int SCORE_MIN = -8;
  private static final int SCORE_MAX = 3;

  private final Exponents exponents;
  private final ScaleGrid grid;
  private final int reach;

  AttentionScales(Exponents exponents) {
    this.exponents = exponents;
    grid = exponents.grid();
    reach = grid.octaves(REACH);
  }

  /** Exponents of a query's and a key's channels; the sums within a head are equal. */
  record QueryKey(int[] query, int[] key) {}

  /**
   * Chooses, a head, the sum, and a channel, its split, so that the expected error of the scores is
   * least: {@code error(q) * power(k) + error(k) * power(q)}.
   */
  QueryKey queryKey(Samples query, Samples key, int heads) {
    int dim = query.width();
    int headDim = dim / heads;
    int[] q = new int[dim];
    int[] k = new int[dim];
    double[] qPower = query.power();
    double[] kPower = key.power();
    ErrorTable[] qErrors = new ErrorTable[dim];
    ErrorTable[] kErrors = new ErrorTable[dim];
    for (int c = 0; c < dim; c++) {
      qErrors[c] = new ErrorTable(query.channel(c));
      kErrors[c] = new ErrorTable(key.channel(c));
    }
    for (int h = 0; h < heads; h++) {
      int from = h * headDim;
      int low = Integer.MAX_VALUE;
      int high = Integer.MIN_VALUE;
      for (int c = from; c < from + headDim; c++) {
        low = Math.min(low, qErrors[c].best + kErrors[c].best);
        high = Math.max(high, qErrors[c].best + kErrors[c].best);
      }
      int bestSum = low;
      double least = Double.POSITIVE_INFINITY;
      for (int sum = low; sum <= high; sum++) {
        double error = 0;
        for (int c = from; c < from + headDim; c++) {
          int e = split(qErrors[c], kErrors[c], qPower[c], kPower[c], sum);
          error += cost(qErrors[c], kErrors[c], qPower[c], kPower[c], e, sum);
        }
        if (error < least) {
          least = error;
          bestSum = sum;
        }
      }
      for (int c = from; c < from + headDim; c++) {
        q[c] = split(qErrors[c], kErrors[c], qPower[c], kPower[c], bestSum);
        k[c] = bestSum - q[c];
      }
    }
    return new QueryKey(q, k);
  }

  private int split(ErrorTable q, ErrorTable k, double qPower, double kPower, int sum) {
    int best = q.best;
    double least = Double.POSITIVE_INFINITY;
    for (int e = q.best - reach; e <= q.best + reach; e++) {
      double error = cost(q, k, qPower, kPower, e, sum);
      if (error < least) {
        least = error;
        best = e;
      }
    }
    return best;
  }

  private static double cost(
      ErrorTable q, ErrorTable k, double qPower, double kPower, int e, int sum) {
    return q.at(e) * kPower + k.at(sum - e) * qPower;
  }

  /** Mean square error of a channel at each exponent, computed when asked for. */
  private final class ErrorTable {
    private final float[] values;
    private final int best;
    private final double[] errors = new double[8 * reach + 1];

    ErrorTable(float[] values) {
      this.values = values;
      int e = exponents.leastSquares(values, BITS);
      best = e == Exponents.NOTHING ? 0 : e;
      Arrays.fill(errors, -1);
    }

    double at(int exponent) {
      int i = Math.max(0, Math.min(errors.length - 1, exponent - best + 4 * reach));
      if (errors[i] < 0) {
        errors[i] = exponents.error(values, exponent, BITS) / values.length;
      }
      return errors[i];
    }
  }

  /**
   * A head's score exponent, by the error of the attention probabilities, log2 codes included.
   *
   * @param scores rows of one head
   * @param accExponent of the products, which limits the shift
   */
  int score(Samples scores, int accExponent) {
    int low = Math.max(grid.octaves(SCORE_MIN), accExponent - grid.octaves(8));
    int high = Math.min(grid.octaves(SCORE_MAX), accExponent + grid.octaves(31));
    int best = Math.min(low, high);
    double least = Double.POSITIVE_INFINITY;
    for (int e = low; e <= high; e++) {
      double error = 0;
      for (int r = 0; r < scores.rows(); r++) {
        error += probabilityError(scores, r, e);
      }
      if (error < least) {
        least = error;
        best = e;
      }
    }
    return best;
  }

  private double probabilityError(Samples scores, int row, int exponent) {
    double[] exact = softmax(scores, row, Exponents.NOTHING);
    double[] coded = softmax(scores, row, exponent);
    double error = 0;
    for (int j = 0; j < exact.length; j++) {
      double d = exact[j] - log2Coded(coded[j]);
      error += d * d;
    }
    return error;
  }

  /** Softmax of a row of scores, quantized if an exponent is given. */
  private double[] softmax(Samples scores, int row, int exponent) {
    int n = scores.width();
    double[] p = new double[n];
    boolean exact = exponent == Exponents.NOTHING;
    float up = exact ? 1 : grid.scale(-exponent);
    float down = exact ? 1 : grid.scale(exponent);
    double max = Double.NEGATIVE_INFINITY;
    for (int j = 0; j < n; j++) {
      float s = scores.values()[row][j];
      p[j] = exact ? s : Exponents.round(s * up, -128, 127) * down;
      max = Math.max(max, p[j]);
    }
    double sum = 0;
    for (int j = 0; j < n; j++) {
      p[j] = Math.exp(p[j] - max);
      sum += p[j];
    }
    for (int j = 0; j < n; j++) {
      p[j] /= sum;
    }
    return p;
  }

  private static double log2Coded(double p) {
    double code = Math.rint(-Math.log(p) / Math.log(2));
    return code > 15 ? 0 : Math.scalb(1.0, (int) -code);
  }

  /** The factor that makes a head's coded probabilities fit the exact ones best. */
  double gain(Samples scores, int exponent) {
    double cross = 0;
    double power = 0;
    for (int r = 0; r < scores.rows(); r++) {
      double[] exact = softmax(scores, r, Exponents.NOTHING);
      double[] coded = softmax(scores, r, exponent);
      for (int j = 0; j < exact.length; j++) {
        double c = log2Coded(coded[j]);
        cross += exact[j] * c;
        power += c * c;
      }
    }
    return power == 0 ? 1 : cross / power;
  }

  /**
   * What to subtract from a head's values before they are coded. Coded probabilities {@code c} miss
   * the exact ones {@code p} by much, and rows of them do not sum to one: with offset {@code m} the
   * context's error is {@code sum_j (g c_j - p_j) v_j - m (sum_j g c_j - 1)}, {@code g} the {@link
   * #gain}. The offset is the one with which that varies least over rows; a bias makes up for its
   * mean.
   *
   * @param scores rows of one head
   * @param values of the keys, for each row of scores
   * @param from first channel of the head
   * @param offset gets the head's channels; holds what they are if all rows sum alike
   */
  void valueOffsets(
      Samples scores,
      int exponent,
      double gain,
      float[][][] values,
      int from,
      int to,
      float[] offset) {
    double sum = 0;
    double power = 0;
    double[] sums = new double[to - from];
    double[] cross = new double[to - from];
    double[] error = new double[to - from];
    for (int r = 0; r < scores.rows(); r++) {
      double[] exact = softmax(scores, r, Exponents.NOTHING);
      double[] coded = softmax(scores, r, exponent);
      double excess = -1;
      Arrays.fill(error, 0);
      for (int j = 0; j < exact.length; j++) {
        double c = gain * log2Coded(coded[j]);
        excess += c;
        float[] v = values[r][j];
        for (int i = 0; i < error.length; i++) {
          error[i] += (c - exact[j]) * (v[from + i] - offset[from + i]);
        }
      }
      sum += excess;
      power += excess * excess;
      for (int i = 0; i < error.length; i++) {
        sums[i] += error[i];
        cross[i] += excess * error[i];
      }
    }
    double variance = power - sum * sum / scores.rows();
    for (int i = 0; i < error.length && variance > 1e-9 * power; i++) {
      double covariance = cross[i] - sum * sums[i] / scores.rows();
      offset[from + i] += (float) (covariance / variance);
    }
  }

  /**
   * A head's context shift: least squares over its channels, each counting as much as the
   * projection weighs it.
   *
   * @param context centered, all heads
   * @param weight of each channel's error
   */
  int contextShift(Samples context, int[] valueExponent, double[] weight, int from, int to) {
    int best = 0;
    double least = Double.POSITIVE_INFINITY;
    for (int shift = 0; shift <= grid.octaves(31); shift++) {
      double error = 0;
      for (int c = from; c < to; c++) {
        int e = valueExponent[c] - grid.octaves(15) + shift;
        error += weight[c] * exponents.error(context.channel(c), e, BITS);
      }
      if (error < least) {
        least = error;
        best = shift;
      }
    }
    return best;
  }
}
