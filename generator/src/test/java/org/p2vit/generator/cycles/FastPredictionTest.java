package org.p2vit.generator.cycles;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.p2vit.generator.compile.BufferNeeds;
import org.p2vit.generator.compile.BufferPlan;
import org.p2vit.generator.compile.ModelCompiler;
import org.p2vit.generator.compile.ModelTraits;
import org.p2vit.generator.compile.RandomArchitectures;
import org.p2vit.generator.fit.ArchitectureFitter;
import org.p2vit.generator.fit.FitOptions;
import org.p2vit.model.QuantizedModel;
import org.p2vit.model.RandomModels;
import org.p2vit.model.VitShape;
import org.p2vit.rtl.Architecture;

/** The short cut against the whole. */
class FastPredictionTest {
  private static final MemoryTiming MEMORY = new MemoryTiming(100);

  /** Of the fitted designs of a deep model. */
  private static final double WORST = 0.005;

  private static final double MEAN = 0.0005;

  @Test
  void modelsWithoutTheirNumbersTakeTheSameCycles() {
    for (long seed = 1; seed <= 20; seed++) {
      RandomArchitectures architectures = new RandomArchitectures(seed);
      Architecture core = architectures.core(16);
      VitShape shape = architectures.shape(core);
      Architecture arch = architectures.withBuffers(core, shape, true);
      QuantizedModel model = RandomModels.model(seed, shape, RandomModels.WeightBits.MIXED, 16, 7);
      FastPrediction fast = FastPrediction.of(model);
      for (int images = 1; images <= 2; images++) {
        long whole =
            CycleModel.predict(ModelCompiler.schedule(model, arch, images).program(), arch, MEMORY)
                .total();
        assertEquals(whole, fast.cycles(arch, MEMORY, images), "seed " + seed);
      }
    }
  }

  @Test
  void fewBlocksStandForAll() {
    for (boolean weights4 : new boolean[] {false, true}) {
      VitShape tiny = new VitShape(3, 224, 224, 16, 192, 12, 3, 768, 1000);
      ModelTraits traits = new ModelTraits(tiny, weights4, 16, 7);
      FastPrediction fast = FastPrediction.of(traits);
      double sum = 0;
      List<Architecture> designs = designs(traits);
      for (Architecture arch : designs) {
        long whole = fast.cycles(arch, MEMORY, 1);
        double error = Math.abs((double) (fast.cycles(arch, MEMORY) - whole) / whole);
        assertTrue(error <= WORST, () -> 100 * error + " % on " + arch);
        sum += error;
      }
      double mean = sum / designs.size();
      assertTrue(mean <= MEAN, () -> "on average " + 100 * mean + " %");
    }
  }

  /** Sizes of buffers, with which the blocks of a model do not all take equally long. */
  private static List<Architecture> designs(ModelTraits traits) {
    FitOptions options = FitOptions.DEFAULT.withMacs(1024).withMemoryKib(384);
    Architecture fitted = ArchitectureFitter.fit(traits, options);
    BufferNeeds needs = BufferNeeds.of(traits.shape(), traits.weights4(), fitted);
    List<Architecture> all = new ArrayList<>();
    for (int tiles : new int[] {2, 3, 5, 8, 13}) {
      for (int slots : new int[] {3, 8, 30}) {
        for (int values = 1; values <= 2; values++) {
          BufferPlan.Slack slack =
              new BufferPlan.Slack(tiles * needs.tileWords(), values, slots, slots);
          all.add(fitted.withBuffers(BufferPlan.of(traits.shape(), needs, fitted, slack)));
        }
      }
    }
    return all;
  }
}
