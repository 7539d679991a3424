package org.p2vit.quantize;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.p2vit.golden.ScaleGrid;
import org.p2vit.onnx.FloatLinear;

class FoldedScalesTest {
  private static final int IN = 40;
  private static final int OUT = 6;

  private final Random random = new Random(4);

  /** Weights that are codes at {@code scale}. */
  private FloatLinear layer(double... scale) {
    float[] weights = new float[OUT * IN];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = (float) (scale[i / IN] * (random.nextInt(15) - 7));
    }
    return new FloatLinear(IN, OUT, weights, new float[OUT]);
  }

  private FoldedScales folded() {
    float[][] samples = new float[100][IN];
    for (float[] row : samples) {
      for (int k = 0; k < IN; k++) {
        row[k] = (float) random.nextGaussian();
      }
    }
    InputScale input = new InputScale(new int[IN], new float[IN]);
    return new FoldedScales(ScaleGrid.POWERS_OF_TWO, input, new Samples(samples));
  }

  @Test
  void valuesGetTheFactorWithWhichTheirWeightsAreCodes() {
    double[] scales = {1, Math.pow(2, 0.125), Math.pow(2, -0.5), 4 * Math.pow(2, 0.75), 8, 0.5};
    float[] factors = folded().value(layer(scales), 4);
    for (int c = 0; c < OUT; c++) {
      double octaves = Math.log(scales[c] * factors[c]) / Math.log(2);
      assertEquals(Math.rint(octaves), octaves, 1e-5, "channel " + c);
    }
  }

  @Test
  void queriesAndKeysShareTheFactor() {
    double[] up = new double[OUT];
    double[] down = new double[OUT];
    Arrays.fill(up, Math.pow(2, 0.375));
    Arrays.fill(down, Math.pow(2, -0.375));
    float[] factors = folded().queryKey(layer(down), 4, layer(up), 4);
    for (int c = 0; c < OUT; c++) {
      assertEquals(Math.pow(2, 0.375), factors[c], 1e-5, "channel " + c);
    }
  }
}
