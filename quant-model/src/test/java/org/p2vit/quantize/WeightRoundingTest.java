package org.p2vit.quantize;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Ways to round weights, on inputs that are strongly correlated. */
class WeightRoundingTest {
  private static final int N = 24;
  private static final int CHANNELS = 10;
  private static final int MAX = 7;

  private Random random;
  private Hessian hessian;
  private final double[][] weights = new double[N][CHANNELS];
  private final double[] scale = new double[CHANNELS];

  @BeforeEach
  void drawLayer() {
    long seed = System.nanoTime();
    System.out.println("WeightRoundingTest seed " + seed);
    random = new Random(seed);
    hessian = new Hessian(covariance(random, N), 0.01);
    for (int o = 0; o < CHANNELS; o++) {
      scale[o] = Math.scalb(1.0, random.nextInt(5) - 4);
      for (int k = 0; k < N; k++) {
        weights[k][o] = 3 * scale[o] * random.nextGaussian();
      }
    }
  }

  static double[][] covariance(Random random, int n) {
    double[][] covariance = new double[n][n];
    for (int r = 0; r < 3 * n; r++) {
      double common = random.nextGaussian();
      double[] x = new double[n];
      for (int k = 0; k < n; k++) {
        x[k] = (k + 1) * (common + 0.5 * random.nextGaussian());
      }
      for (int i = 0; i < n; i++) {
        for (int j = 0; j < n; j++) {
          covariance[i][j] += x[i] * x[j] / (3 * n);
        }
      }
    }
    return covariance;
  }

  @Test
  void reportedErrorsAreThoseOfTheCodes() {
    for (WeightRounding rounding :
        new WeightRounding[] {new NearestRounding(), new CompensatedRounding()}) {
      double[][] codes = new double[N][CHANNELS];
      double[] errors = rounding.round(hessian, weights, scale, MAX, codes);
      for (int o = 0; o < CHANNELS; o++) {
        double cost = cost(codes, o);
        assertEquals(cost, errors[o], 1e-9 * cost, rounding.getClass() + " channel " + o);
      }
    }
  }

  @Test
  void compensationAndDescentBeatNearest() {
    double[][] nearest = new double[N][CHANNELS];
    double[][] compensated = new double[N][CHANNELS];
    new NearestRounding().round(hessian, weights, scale, MAX, nearest);
    new CompensatedRounding().round(hessian, weights, scale, MAX, compensated);
    double before = 0;
    double between = 0;
    double after = 0;
    CoordinateDescent descent = new CoordinateDescent(hessian, MAX);
    for (int o = 0; o < CHANNELS; o++) {
      double unit = 1 / (scale[o] * scale[o]);
      double first = unit * cost(nearest, o);
      before += first;
      between += unit * cost(compensated, o);
      double[] codes = column(nearest, o);
      descent.improve(column(weights, o), scale[o], codes);
      set(nearest, o, codes);
      double last = unit * cost(nearest, o);
      assertTrue(last <= first * (1 + 1e-9), "channel " + o + ": " + first + " to " + last);
      after += last;
    }
    assertTrue(between < before, "compensation: " + before + " to " + between);
    assertTrue(after < before, "descent: " + before + " to " + after);
  }

  @Test
  void descentLeavesNoSingleStepThatHelps() {
    CoordinateDescent descent = new CoordinateDescent(hessian, MAX);
    double[][] codes = new double[N][CHANNELS];
    for (int o = 0; o < CHANNELS; o++) {
      double[] row = new double[N];
      descent.improve(column(weights, o), scale[o], row);
      set(codes, o, row);
      double least = cost(codes, o);
      for (int k = 0; k < N; k++) {
        assertTrue(row[k] >= -MAX - 1 && row[k] <= MAX, "code " + row[k]);
        for (int step : new int[] {-1, 1}) {
          double changed = row[k] + step;
          if (changed >= -MAX - 1 && changed <= MAX) {
            codes[k][o] = changed;
            assertTrue(cost(codes, o) >= least * (1 - 1e-9), "channel " + o + " weight " + k);
            codes[k][o] = row[k];
          }
        }
      }
    }
  }

  @Test
  void solveInverts() {
    double[][] rows = new double[3][N];
    for (double[] row : rows) {
      for (int k = 0; k < N; k++) {
        row[k] = random.nextGaussian();
      }
    }
    double[][] solved = hessian.solve(rows);
    for (int r = 0; r < rows.length; r++) {
      double[] product = new double[N];
      for (int k = 0; k < N; k++) {
        hessian.addRow(k, solved[r][k], product);
      }
      for (int k = 0; k < N; k++) {
        assertEquals(rows[r][k], product[k], 1e-6, "row " + r + " column " + k);
      }
    }
  }

  private double cost(double[][] codes, int o) {
    double[] product = new double[N];
    for (int k = 0; k < N; k++) {
      hessian.addRow(k, weights[k][o] - codes[k][o] * scale[o], product);
    }
    double cost = 0;
    for (int k = 0; k < N; k++) {
      cost += product[k] * (weights[k][o] - codes[k][o] * scale[o]);
    }
    return cost;
  }

  private static double[] column(double[][] matrix, int o) {
    double[] column = new double[N];
    for (int k = 0; k < N; k++) {
      column[k] = matrix[k][o];
    }
    return column;
  }

  private static void set(double[][] matrix, int o, double[] column) {
    for (int k = 0; k < N; k++) {
      matrix[k][o] = column[k];
    }
  }
}
