package org.p2vit.generator.cycles;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.p2vit.generator.compile.BufferNeeds;
import org.p2vit.generator.compile.BufferPlan;
import org.p2vit.generator.compile.ModelCompiler;
import org.p2vit.generator.compile.ModelTraits;
import org.p2vit.generator.compile.RandomArchitectures;
import org.p2vit.generator.fit.ArchitectureFitter;
import org.p2vit.generator.fit.FitOptions;
import org.p2vit.generator.sweep.DesignGrid;
import org.p2vit.generator.sweep.SweepSpace;
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

  /** Designs of a sweep, of each network. */
  private static final int SAMPLES = 150;

  private static final int FEW_SAMPLES = 8;

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

  /** Room for values of two heads is looked at only where those of one have to wait. */
  @Test
  void roomForValues() {
    int waiting = 0;
    // In these values of one head wait; few do.
    LongStream seeds =
        LongStream.concat(LongStream.rangeClosed(1, 60), LongStream.of(441, 550, 901, 1409, 1878));
    for (long seed : seeds.toArray()) {
      RandomArchitectures architectures = new RandomArchitectures(seed);
      Architecture core = architectures.core(16);
      VitShape shape = architectures.shape(core);
      BufferNeeds needs = BufferNeeds.of(shape, true, core);
      int words = needs.valueWords();
      // The shifter can be a whole head behind.
      Architecture.Buffers buffers =
          architectures
              .withBuffers(core, shape, true)
              .buffers()
              .withSlots(needs.rowBlocks(), needs.rowBlocks());
      QuantizedModel model = RandomModels.model(seed, shape, RandomModels.WeightBits.MIXED, 16, 7);
      FastPrediction fast = FastPrediction.of(model);
      Architecture two = core.withBuffers(buffers.withValueWords(2 * words));
      Architecture one = core.withBuffers(buffers.withValueWords(words));
      long cycles = fast.cycles(two, MEMORY);
      assertEquals(fast.cycles(two, MEMORY, 1), cycles, "seed " + seed);
      waiting += fast.cycles(one, MEMORY) == cycles ? 0 : 1;
    }
    assertEquals(5, waiting);
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

  @Test
  void someDesignsOfASweep() {
    designsOfASweep(2, FEW_SAMPLES);
  }

  @Test
  @Tag("large")
  void designsOfASweep() {
    designsOfASweep(1, SAMPLES);
  }

  /** Arrays, lanes, buffers and memories at random, many of them lopsided. */
  private static void designsOfASweep(long seed, int samples) {
    SweepSpace space =
        new SweepSpace(
            List.of(256, 512, 1024, 2048),
            null,
            List.of(8, 16, 32, 64),
            List.of(4, 8, 16, 32),
            List.of("8x16", "16x16", "16x32", "32x32"),
            List.of(1, 2),
            List.of(2, 4, 8, 16, 32),
            List.of(2, 4, 8, 16, 32),
            List.of(2, 3, 4, 6, 8, 12),
            List.of(64, 128, 256),
            List.of(50, 100, 200),
            null);
    Random random = new Random(seed);
    for (int heads : new int[] {3, 6, 12}) {
      int dim = 64 * heads;
      VitShape shape = new VitShape(3, 224, 224, 16, dim, 12, heads, 4 * dim, 1000);
      for (boolean weights4 : new boolean[] {false, true}) {
        ModelTraits traits = new ModelTraits(shape, weights4, 16, 7);
        FastPrediction fast = FastPrediction.of(traits);
        List<Architecture> all = DesignGrid.of(space, traits).architectures();
        double sum = 0;
        double worst = 0;
        for (int i = 0; i < samples; i++) {
          Architecture arch = all.get(random.nextInt(all.size()));
          List<Integer> latencies = space.latency();
          MemoryTiming memory = new MemoryTiming(latencies.get(random.nextInt(latencies.size())));
          long whole = fast.cycles(arch, memory, 1);
          double error = Math.abs((double) fast.cycles(arch, memory) / whole - 1);
          assertTrue(
              error <= WORST,
              () -> "seed " + seed + ": " + 100 * error + " % on " + arch + ", " + memory);
          sum += error;
          worst = Math.max(worst, error);
        }
        System.out.printf(
            Locale.ROOT,
            "dim %d, %d-bit weights: of %d designs the worst is off by %.4f %%, the mean %.5f %%%n",
            dim,
            weights4 ? 4 : 8,
            samples,
            100 * worst,
            100 * sum / samples);
        assertTrue(sum <= MEAN * samples, "seed " + seed);
      }
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
