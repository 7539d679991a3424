package org.p2vit.generator.fit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.p2vit.generator.compile.ModelTraits;
import org.p2vit.generator.cycles.FastPrediction;
import org.p2vit.generator.cycles.MemoryTiming;
import org.p2vit.model.VitShape;
import org.p2vit.rtl.Architecture;

/** No design of the space is more than 1 % faster than the one that the fitter chooses. */
class FitSweepTest {
  private static final double MARGIN = 1.01;
  private static final VitShape MNIST = new VitShape(1, 28, 28, 7, 64, 4, 4, 256, 10);
  private static final VitShape CIFAR = new VitShape(3, 32, 32, 4, 96, 4, 3, 384, 10);

  /** Grids of small shapes; memory 0: no limit. */
  @ParameterizedTest(name = "{0}, {1}-bit weights, {2} MACs, {3} KiB")
  @CsvSource({"MNIST, 8, 64, 24", "MNIST, 4, 256, 0", "CIFAR, 8, 256, 0"})
  void smallShapes(String name, int bits, int macs, int memory) {
    VitShape shape = name.equals("MNIST") ? MNIST : CIFAR;
    check(name, shape, bits, macs, memory, 128, new DesignSweep.Grid(2, 3, false));
  }

  @Tag("large")
  @ParameterizedTest(name = "{0}, {1}-bit weights, {2} MACs, {3} KiB")
  @CsvSource({
    "MNIST, 8, 64, 0", "MNIST, 8, 128, 0", "MNIST, 8, 512, 0", "MNIST, 4, 128, 0",
    "CIFAR, 8, 128, 0", "CIFAR, 8, 512, 0", "CIFAR, 4, 512, 0", "CIFAR, 8, 256, 80"
  })
  void smallShapesWithAllLanes(String name, int bits, int macs, int memory) {
    VitShape shape = name.equals("MNIST") ? MNIST : CIFAR;
    check(name, shape, bits, macs, memory, 128, new DesignSweep.Grid(3, 5, true));
  }

  @Tag("large")
  @ParameterizedTest(name = "dim {0}, {2}-bit weights, {3} MACs, {4} KiB, AXI {5}")
  @CsvSource({
    "192, 3, 8, 256, 0, 128", "192, 3, 8, 512, 0, 128", "192, 3, 8, 1024, 0, 128",
    "192, 3, 8, 1024, 384, 128", "192, 3, 8, 2048, 0, 128", "192, 3, 8, 4096, 0, 128",
    "192, 3, 8, 4096, 0, 512", "192, 3, 4, 256, 0, 128", "192, 3, 4, 1024, 384, 128",
    "192, 3, 4, 4096, 0, 128", "384, 6, 8, 256, 0, 128", "384, 6, 8, 1024, 0, 128",
    "384, 6, 8, 1024, 768, 128", "384, 6, 4, 1024, 768, 128", "384, 6, 8, 4096, 0, 128",
    "384, 6, 4, 4096, 0, 128", "768, 12, 8, 256, 0, 128", "768, 12, 8, 1024, 0, 128",
    "768, 12, 8, 1024, 1536, 128", "768, 12, 4, 1024, 1536, 128", "768, 12, 8, 4096, 0, 128",
    "768, 12, 4, 4096, 0, 128"
  })
  void deit(int dim, int heads, int bits, int macs, int memory, int axi) {
    VitShape shape = new VitShape(3, 224, 224, 16, dim, 12, heads, 4 * dim, 1000);
    check("DeiT " + dim, shape, bits, macs, memory, axi, new DesignSweep.Grid(3, 5, false));
  }

  private static void check(
      String name, VitShape shape, int bits, int macs, int memory, int axi, DesignSweep.Grid grid) {
    ModelTraits traits = new ModelTraits(shape, bits == 4, 16, 7);
    FitOptions options = FitOptions.DEFAULT.withMacs(macs).withAxiBits(axi);
    options = memory > 0 ? options.withMemoryKib(memory) : options;
    FastPrediction prediction = FastPrediction.of(traits);
    Architecture fitted = ArchitectureFitter.fit(traits, options);
    long cycles = prediction.cycles(fitted, new MemoryTiming(100));
    DesignSweep sweep = new DesignSweep(new DesignSpace(traits, options, macs), prediction, grid);
    long start = System.nanoTime();
    DesignSweep.Result r = sweep.below(cycles / MARGIN);
    assertTrue(r.points() > 0, "no designs");
    String result =
        "%s, %d-bit weights, %d MACs, %d KiB, AXI %d: %,d cycles; of %,d designs %,d could be 1 %% faster"
            .formatted(name, bits, macs, memory, axi, cycles, r.points(), r.simulated());
    if (r.best() != null) {
      result +=
          ", the best takes %,d (%+.2f %%)"
              .formatted(r.cycles(), 100.0 * r.cycles() / cycles - 100);
    }
    System.out.printf("%s; %d s%n", result, (System.nanoTime() - start) / 1_000_000_000);
    assertTrue(r.cycles() * MARGIN >= cycles, result + "\nfitted " + fitted + "\nbest " + r.best());
  }

  /**
   * Why the coarse sweeps need only the most lanes: fewer are never faster by more than a little.
   */
  @Test
  void moreLanesAreNeverMuchSlower() {
    long seed = 3;
    Random random = new Random(seed);
    for (int i = 0; i < 60; i++) {
      boolean weights4 = random.nextBoolean();
      ModelTraits traits = new ModelTraits(random.nextBoolean() ? MNIST : CIFAR, weights4, 16, 7);
      int macs = 64 << random.nextInt(4);
      DesignSpace space = new DesignSpace(traits, FitOptions.DEFAULT, macs);
      var arrays = space.arrays();
      ArrayChoice a = arrays.get(random.nextInt(arrays.size()));
      var columns = space.requantColumns(a);
      int p = columns.get(random.nextInt(columns.size()));
      var shifters = space.shifters(a, p);
      DesignSpace.ShifterChoice s = shifters.get(random.nextInt(shifters.size()));
      DesignCost cost = new DesignCost(space, FastPrediction.of(traits));
      DesignPoint few =
          new DesignPoint(a, p, 1, s.columns(), s.depth(), 1, 4, 4, 1).withWeightWords(64);
      few = space.within(few).orElseThrow();
      DesignPoint many = few.withLanes(p, a.rows() * p);
      String what = "seed " + seed + ", " + few;
      assertTrue(cost.cycles(many) <= 1.005 * cost.cycles(few), what);
      assertEquals(space.bytes(few), space.bytes(many), what);
      int most =
          shifters.stream()
              .filter(o -> o.depth() == s.depth())
              .mapToInt(DesignSpace.ShifterChoice::columns)
              .max()
              .orElseThrow();
      DesignPoint wide = many.withShifter(most, s.depth());
      assertTrue(cost.cycles(wide) <= 1.005 * cost.cycles(many), what);
    }
  }
}
