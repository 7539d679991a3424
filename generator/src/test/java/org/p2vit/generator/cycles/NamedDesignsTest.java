package org.p2vit.generator.cycles;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;
import org.p2vit.generator.compile.ModelCompiler;
import org.p2vit.generator.compile.Schedule;
import org.p2vit.generator.fit.ArchitectureFitter;
import org.p2vit.generator.fit.FitOptions;
import org.p2vit.model.QuantizedModel;
import org.p2vit.model.RandomModels;
import org.p2vit.model.VitShape;
import org.p2vit.rtl.Architecture;

/**
 * Predicted cycles of named designs, as committed: whatever changes the fitter's choice, the
 * program or the timing shows here, for better or worse, as a difference of the table.
 */
class NamedDesignsTest {
  private static final long SEED = 1;
  private static final int LATENCY = 100;

  @ParameterizedTest(name = "{0}, {3}-bit weights, {4} MACs, {6} images")
  @CsvFileSource(resources = "designs.csv", numLinesToSkip = 1)
  void takesTheCommittedCycles(
      String name, int dim, int heads, int bits, int macs, int memory, int images, long cycles) {
    VitShape shape = new VitShape(3, 224, 224, 16, dim, 12, heads, 4 * dim, 1000);
    RandomModels.WeightBits weights =
        bits == 4 ? RandomModels.WeightBits.W4 : RandomModels.WeightBits.W8;
    QuantizedModel model = RandomModels.model(SEED, shape, weights);
    FitOptions options = FitOptions.DEFAULT.withMacs(macs).withMemoryKib(memory);
    Architecture arch = ArchitectureFitter.fit(model, options);
    Schedule schedule = ModelCompiler.schedule(model, arch, images);
    assertTrue(schedule.bufferBytes() <= memory * 1024L, schedule.bufferBytes() + " bytes");
    CyclePrediction p = CycleModel.predict(schedule.program(), arch, new MemoryTiming(LATENCY));
    assertEquals(cycles, p.total(), name + " on " + arch);
  }
}
