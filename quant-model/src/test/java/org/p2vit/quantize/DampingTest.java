package org.p2vit.quantize;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DampingTest {
  private static final int ROWS = 400;
  private static final int IN = 24;
  private static final int OUT = 40;
  private static final double SCALE = 0.25;

  private final Random random = new Random(11);

  /**
   * What is chosen for pairs of inputs that are nearly the same on one half of the rows.
   *
   * @param sign of an input on the other half, times that of its partner
   */
  private double choice(int sign) {
    float[][] codes = new float[ROWS][IN];
    for (int r = 0; r < ROWS; r++) {
      for (int k = 0; k < IN; k += 2) {
        double common = 30 * random.nextGaussian();
        codes[r][k] = (float) (common + random.nextGaussian());
        codes[r][k + 1] = (float) ((r < ROWS / 2 ? 1 : sign) * common + random.nextGaussian());
      }
    }
    float[] ones = new float[ROWS];
    Arrays.fill(ones, 1);
    LayerInput input = new LayerInput(new InputScale(new int[IN], new float[IN]), codes, ones);
    double[][] weights = new double[OUT][IN];
    for (double[] row : weights) {
      Arrays.setAll(row, k -> random.nextGaussian());
    }
    double[] scale = new double[OUT];
    Arrays.fill(scale, SCALE);
    return new Damping(input, new CompensatedRounding(), 7).choose(weights, scale);
  }

  @Test
  void trustsWhatBothHalvesSay() {
    double chosen = choice(1);
    assertTrue(chosen <= 0.1, "damping " + chosen);
  }

  @Test
  void doubtsWhatHoldsForOneHalfOnly() {
    double chosen = choice(-1);
    assertTrue(chosen >= 1, "damping " + chosen);
  }
}
