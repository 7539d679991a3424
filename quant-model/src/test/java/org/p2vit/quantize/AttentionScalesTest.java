package org.p2vit.quantize;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.p2vit.golden.ScaleGrid;

class AttentionScalesTest {
  private static final int ROWS = 200;
  private static final int KEYS = 12;
  private static final int EXPONENT = -4;

  private final AttentionScales scales =
      new AttentionScales(new Exponents(ScaleGrid.POWERS_OF_TWO, true));

  /**
   * Channel 0 is the same for all keys, channel 1 large for the key that attention mostly is on.
   */
  @Test
  void valueOffsetsMakeUpForRowsThatDoNotSumToOne() {
    Random random = new Random(7);
    float[][] scores = new float[ROWS][KEYS];
    float[][][] values = new float[ROWS][KEYS][2];
    for (int r = 0; r < ROWS; r++) {
      for (int j = 0; j < KEYS; j++) {
        scores[r][j] = (float) random.nextGaussian() + (j == 0 ? 3 : 0);
        values[r][j][0] = 5;
        values[r][j][1] = (float) random.nextGaussian() + (j == 0 ? 8 : 0);
      }
    }
    double gain = scales.gain(new Samples(scores), EXPONENT);
    float[] mean = {1, 8f / KEYS};
    float[] offset = mean.clone();
    scales.valueOffsets(new Samples(scores), EXPONENT, gain, values, 0, 2, offset);
    assertEquals(5, offset[0], 1e-3);
    assertTrue(offset[1] > 4, "offset " + offset[1]);
    double before = errorVariance(scores, values, gain, mean[1]);
    double after = errorVariance(scores, values, gain, offset[1]);
    assertTrue(after < 0.5 * before, "variance of the error: " + before + " to " + after);
  }

  /** Of channel 1 of the context, with codes computed from their definition. */
  private static double errorVariance(
      float[][] scores, float[][][] values, double gain, double offset) {
    double sum = 0;
    double power = 0;
    for (int r = 0; r < ROWS; r++) {
      double exactSum = 0;
      double codedSum = 0;
      for (float s : scores[r]) {
        exactSum += Math.exp(s);
        codedSum += Math.exp(Math.rint(s * 16) / 16);
      }
      double error = offset;
      for (int j = 0; j < KEYS; j++) {
        double exact = Math.exp(scores[r][j]) / exactSum;
        double coded = Math.exp(Math.rint(scores[r][j] * 16) / 16) / codedSum;
        double code = Math.pow(2, -Math.rint(-Math.log(coded) / Math.log(2)));
        error += gain * code * (values[r][j][1] - offset) - exact * values[r][j][1];
      }
      sum += error;
      power += error * error;
    }
    return power / ROWS - sum * sum / ROWS / ROWS;
  }
}
