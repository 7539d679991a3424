package org.p2vit.generator.fit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.p2vit.generator.compile.BufferPlan;
import org.p2vit.generator.compile.CompiledModel;
import org.p2vit.generator.compile.ModelCompiler;
import org.p2vit.generator.compile.ModelTraits;
import org.p2vit.model.InputException;
import org.p2vit.model.QuantizedModel;
import org.p2vit.model.RandomModels;
import org.p2vit.model.VitShape;
import org.p2vit.rtl.Architecture;

class ArchitectureFitterTest {
  private static final VitShape DEIT_TINY = new VitShape(3, 224, 224, 16, 192, 12, 3, 768, 1000);
  private static final VitShape MNIST = new VitShape(1, 28, 28, 7, 64, 4, 4, 256, 10);
  private static final VitShape CIFAR = new VitShape(3, 32, 32, 4, 96, 4, 3, 384, 10);

  @Test
  void deitTinyLosesLittleToPaddingAndFits384KiB() {
    ModelTraits traits = new ModelTraits(DEIT_TINY, false, 16, 7);
    Architecture a = ArchitectureFitter.fit(traits, FitOptions.DEFAULT.withMemoryKib(384));
    assertTrue(BufferPlan.bytes(a) <= 384 * 1024, a.toString());
    assertEquals(1024, a.macs(), a.toString());
    ArrayChoice array = new ArrayChoice(a.rows(), a.columns(), a.depth());
    double used = (double) DEIT_TINY.macs() / a.macs() / array.cycles(DEIT_TINY, false);
    assertTrue(used > 0.97, a + ": " + used);
  }

  @Test
  void modelsCompileOnTheirOwnArchitecture() {
    for (VitShape shape : new VitShape[] {MNIST, CIFAR}) {
      for (RandomModels.WeightBits bits : RandomModels.WeightBits.values()) {
        QuantizedModel model = RandomModels.model(1, shape, bits);
        Architecture a = ArchitectureFitter.fit(model, FitOptions.DEFAULT);
        CompiledModel compiled = ModelCompiler.compile(model, a);
        assertEquals(a.axi().dataBits(), FitOptions.DEFAULT.axiBits(), a.toString());
        assertTrue(compiled.jobs().size() < 500, compiled.jobs().size() + " jobs");
      }
    }
  }

  @Test
  void randomShapesFitWithAnyBudget() {
    long seed = 5;
    Random random = new Random(seed);
    for (int i = 0; i < 60; i++) {
      int heads = 1 + random.nextInt(6);
      int headDim = 4 * (1 + random.nextInt(16));
      int patch = 1 + random.nextInt(8);
      int side = patch * (1 + random.nextInt(14));
      VitShape shape =
          new VitShape(
              3,
              side,
              side,
              patch,
              heads * headDim,
              1,
              heads,
              1 + random.nextInt(2000),
              1 + random.nextInt(1000));
      ModelTraits traits = new ModelTraits(shape, random.nextBoolean(), 16, 7);
      int macs = 16 << random.nextInt(8);
      FitOptions options = FitOptions.DEFAULT.withMacs(macs);
      Architecture a = ArchitectureFitter.fit(traits, options);
      assertEquals(macs, a.macs(), "seed " + seed + ", model " + i);
    }
  }

  /** The error names the least that any array needs, and that is enough. */
  @Test
  void tooLittleMemoryIsRefused() {
    ModelTraits traits = new ModelTraits(MNIST, false, 16, 7);
    FitOptions options = FitOptions.DEFAULT.withMacs(64);
    InputException e =
        assertThrows(
            InputException.class, () -> ArchitectureFitter.fit(traits, options.withMemoryKib(5)));
    Matcher least = Pattern.compile("needs at least (\\d+) KiB").matcher(e.getMessage());
    assertTrue(least.find(), e.getMessage());
    int kib = Integer.parseInt(least.group(1));
    Architecture a = ArchitectureFitter.fit(traits, options.withMemoryKib(kib));
    assertTrue(BufferPlan.bytes(a) <= kib * 1024L, a.toString());
    assertThrows(
        InputException.class, () -> ArchitectureFitter.fit(traits, options.withMemoryKib(kib - 1)));
  }

  @Test
  void unsuitableModelsAreRefused() {
    VitShape oddHead = new VitShape(1, 8, 8, 2, 10, 1, 2, 8, 2);
    ModelTraits traits = new ModelTraits(oddHead, false, 16, 7);
    InputException e =
        assertThrows(
            InputException.class, () -> ArchitectureFitter.fit(traits, FitOptions.DEFAULT));
    assertTrue(e.getMessage().contains("head dimension 5"), e.getMessage());
  }
}
