package org.p2vit.golden;

import org.p2vit.numerics.LogSoftmax;
import org.p2vit.numerics.Tables;

/**
 * Softmax of one head (docs/numerics.md section 5) on transposed scores, so that all queries go in
 * step: rows are keys, columns queries. What {@link LogSoftmax} does to a distance is tabulated, as
 * there are 256 of them.
 */
final class Softmax {
  private static final int LAST_DISTANCE = 255;

  /** {@code 2^-8}, from the log domain to codes. */
  private static final float TO_CODE = Rows.scale(Tables.LOG_FRACTION);

  private final float[] logDistance = new float[LAST_DISTANCE + 1];
  private final int[] power = new int[LAST_DISTANCE + 1];

  /**
   * @param scoreScale what a score's code stands for
   */
  Softmax(double scoreScale) {
    double scale = Tables.LOG2E * Math.scalb(scoreScale, -LogSoftmax.shift(0));
    for (int d = 0; d <= LAST_DISTANCE; d++) {
      int t = (int) Math.min(Math.rint(d * scale), Tables.LOG_MAX);
      logDistance[d] = t;
      power[d] = LogSoftmax.power(t);
    }
  }

  /** In place: scores to codes, keys x queries. */
  void apply(float[][] scores) {
    int queries = scores[0].length;
    float[] max = scores[0].clone();
    for (float[] key : scores) {
      maximum(max, key);
    }
    int[] sum = new int[queries];
    for (float[] key : scores) {
      toDistances(max, key);
      addPowers(key, sum);
    }
    float[] logSum = new float[queries];
    for (int t = 0; t < queries; t++) {
      logSum[t] = LogSoftmax.logSum(sum[t]);
    }
    for (float[] key : scores) {
      codes(key, logSum);
    }
  }

  private static void maximum(float[] max, float[] scores) {
    for (int t = 0; t < max.length; t++) {
      max[t] = Math.max(max[t], scores[t]);
    }
  }

  /** In place: scores to what {@link Rows#index} finds their distances in. */
  private static void toDistances(float[] max, float[] scores) {
    for (int t = 0; t < max.length; t++) {
      scores[t] = max[t] - scores[t] + Rows.TO_INDEX;
    }
  }

  /** In place: distances to log distances; adds their powers to {@code sum}. */
  private void addPowers(float[] x, int[] sum) {
    for (int t = 0; t < sum.length; t++) {
      int distance = Rows.index(x[t], LAST_DISTANCE);
      x[t] = logDistance[distance];
      sum[t] += power[distance];
    }
  }

  /** In place: log distances to codes. */
  private static void codes(float[] x, float[] logSum) {
    for (int t = 0; t < x.length; t++) {
      float code = Rows.round((x[t] + logSum[t]) * TO_CODE);
      x[t] = Math.max(0, Math.min(Tables.CODE_ZERO, code));
    }
  }
}
