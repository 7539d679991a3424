package org.p2vit.generator.search;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.p2vit.generator.Logits;

class SensitivityTest {
  private static final int CLASSES = 7;

  /** Small changes of logits cost what the quadratic form says, alone and together. */
  @Test
  void quadraticFormIsTheDivergenceOfSmallChanges() {
    Random random = new Random(3);
    float[] logits = random(random, 2);
    float[] a = random(random, 0.01);
    float[] b = random(random, 0.01);
    double[][] matrix = new double[2][2];
    Sensitivity.accumulate(matrix, logits, List.of(a, b), 1);
    Sensitivity sensitivity = new Sensitivity(matrix);

    close(divergence(logits, a), sensitivity.predict(new Allocation("48")));
    close(divergence(logits, b), sensitivity.predict(new Allocation("84")));
    close(divergence(logits, a, b), sensitivity.predict(new Allocation("44")));
    assertEquals(0, sensitivity.predict(new Allocation("88")));
    assertEquals(
        sensitivity.predict(new Allocation("44")) - sensitivity.predict(new Allocation("84")),
        sensitivity.gain(new Allocation("44"), 0),
        1e-12);
  }

  private static float[] random(Random random, double scale) {
    float[] values = new float[CLASSES];
    for (int c = 0; c < CLASSES; c++) {
      values[c] = (float) (scale * random.nextGaussian());
    }
    return values;
  }

  private static double divergence(float[] logits, float[]... changes) {
    double[] before = new double[CLASSES];
    double[] after = new double[CLASSES];
    for (int c = 0; c < CLASSES; c++) {
      before[c] = logits[c];
      after[c] = logits[c];
      for (float[] change : changes) {
        after[c] += change[c];
      }
    }
    return Logits.divergence(Logits.logSoftmax(before), Logits.logSoftmax(after));
  }

  private static void close(double wanted, double found) {
    assertEquals(1, found / wanted, 0.03, wanted + " measured, " + found + " predicted");
  }
}
