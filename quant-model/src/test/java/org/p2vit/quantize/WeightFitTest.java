package org.p2vit.quantize;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class WeightFitTest {
  private static final int ROWS = 2000;
  private static final int IN = 6;

  private final Random random = new Random(5);
  private final float[][] codes = new float[ROWS][IN];
  private final float[][] outputs = new float[ROWS][1];
  private final double[][] weights = new double[1][IN];
  private LayerInput input;

  private WeightFit fit() {
    float[] ones = new float[ROWS];
    Arrays.fill(ones, 1);
    input = new LayerInput(new InputScale(new int[IN], new float[IN]), codes, ones);
    return new WeightFit(weights, input, outputs, input.mean(outputs));
  }

  private void drawCodes() {
    for (float[] row : codes) {
      for (int k = 0; k < IN; k++) {
        row[k] = (float) (10 * random.nextGaussian());
      }
    }
  }

  @Test
  void findsWhatTheOutputsSay() {
    drawCodes();
    for (int r = 0; r < ROWS; r++) {
      outputs[r][0] = 2 * codes[r][1] - codes[r][4] + 7;
    }
    weights[0][1] = 1;
    double[][] step = fit().step();
    double[] wanted = {0, 1, 0, 0, -1, 0};
    for (int k = 0; k < IN; k++) {
      assertEquals(wanted[k], step[0][k], 0.05, "weight " + k);
    }
  }

  @Test
  void doesNotFitWhatHoldsForOneHalfOnly() {
    drawCodes();
    for (int r = 0; r < ROWS; r++) {
      outputs[r][0] = r < ROWS / 2 ? codes[r][0] : -codes[r][0];
    }
    assertArrayEquals(new double[IN], fit().step()[0]);
  }

  @Test
  void shrinksWhatIsMostlyNoise() {
    drawCodes();
    for (int r = 0; r < ROWS; r++) {
      outputs[r][0] = (float) (0.05 * codes[r][0] + 100 * random.nextGaussian());
    }
    double[][] step = fit().step();
    assertTrue(Math.abs(step[0][3]) < 0.5, "a weight that has no part in it");
  }
}
