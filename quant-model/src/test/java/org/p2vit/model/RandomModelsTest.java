package org.p2vit.model;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.p2vit.golden.GoldenModel;
import org.p2vit.model.RandomModels.WeightBits;

class RandomModelsTest {
  /** A tensor that is nearly all zeros or all at its limits would let most mistakes through. */
  @ParameterizedTest
  @EnumSource
  void everyTensorIsLively(WeightBits weightBits) {
    VitShape shape = new VitShape(3, 32, 32, 8, 48, 4, 3, 96, 10);
    for (int seed = 0; seed < 4; seed++) {
      String model = weightBits + " seed " + seed + ": ";
      new GoldenModel(RandomModels.model(seed, shape, weightBits))
          .logits(RandomModels.input(seed, shape), (name, s, codes) -> lively(model + name, codes));
    }
  }

  private static void lively(String name, int[] codes) {
    double zero = share(codes, 0);
    double extreme =
        share(codes, Arrays.stream(codes).max().orElseThrow())
            + share(codes, Arrays.stream(codes).min().orElseThrow());
    long different = Arrays.stream(codes).distinct().count();
    assertTrue(different >= Math.min(codes.length, 10), name + " has only " + different + " codes");
    // Half of ReLU's outputs are 0, which then is its minimum; codes of attention are but 17.
    assertTrue(zero < 0.75, name + " is 0 in " + zero);
    assertTrue(extreme < 0.8, name + " is at its limits in " + extreme);
  }

  private static double share(int[] codes, int value) {
    return Arrays.stream(codes).filter(c -> c == value).count() / (double) codes.length;
  }

  @Test
  void anyShapeGivesAValidModel() {
    for (int dim : new int[] {1, 2, 7, 8, 63, 64, 192, 384, 768, 1024}) {
      for (int bits = 8; bits <= 16; bits += 4) {
        VitShape shape = new VitShape(1, 4, 4, 4, dim, 1, 1, 3, 2);
        // Throws if it is not.
        RandomModels.model(dim, shape, WeightBits.MIXED, bits, 7);
      }
    }
  }
}
