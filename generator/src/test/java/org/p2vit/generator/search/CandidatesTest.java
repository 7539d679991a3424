package org.p2vit.generator.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.p2vit.P2vit;
import org.p2vit.generator.cycles.MemoryTiming;
import org.p2vit.generator.fit.FitOptions;
import org.p2vit.image.IdxImages;
import org.p2vit.image.ImageSource;
import org.p2vit.model.Block;
import org.p2vit.model.InputException;
import org.p2vit.model.ModelValidator;
import org.p2vit.model.QuantizedModel;
import org.p2vit.onnx.OnnxVitImporter;
import org.p2vit.quantize.Calibration;
import org.p2vit.quantize.Progress;
import org.p2vit.quantize.QuantizeOptions;
import org.p2vit.quantize.Quantizer;
import org.p2vit.rtl.Architecture;

/** Mixed models of the demonstration's network, and what they cost. */
class CandidatesTest {
  private static final Path DEMO =
      Path.of(System.getProperty("p2vit.root", ".."))
          .resolve("generator/src/main/resources/org/p2vit/demo");
  private static final int GROUPS = 18;

  private static QuantizedModel narrow;
  private static QuantizedModel wide;
  private static Candidates candidates;
  private static final Map<Allocation, QuantizedModel> models = new LinkedHashMap<>();

  @BeforeAll
  static void quantize() {
    Path onnx = DEMO.resolve("vit-mnist.onnx");
    ImageSource images =
        IdxImages.open(DEMO.resolve("calibration-images-idx3-ubyte.gz"), null).slice(0, 16);
    Calibration calibration =
        P2vit.calibrate(onnx, images, new double[] {0.1307}, new double[] {0.3081}, Progress.NONE);
    List<LayerGroup> groups = LayerGroup.of(OnnxVitImporter.read(onnx).shape());
    for (Allocation allocation : Candidates.needed(groups)) {
      models.put(allocation, quantize(calibration, groups, allocation));
    }
    narrow = models.get(Allocation.uniform(GROUPS, 4));
    wide = models.get(Allocation.uniform(GROUPS, 8));
    candidates = new Candidates(models);
  }

  private static QuantizedModel quantize(
      Calibration calibration, List<LayerGroup> groups, Allocation allocation) {
    return Quantizer.quantize(
            calibration,
            QuantizeOptions.DEFAULT.withLayerWeightBits(LayerGroup.layerBits(groups, allocation)),
            Progress.NONE)
        .model();
  }

  @Test
  void layersComeFromTheModelOfTheirBits() {
    assertEquals(GROUPS, LayerGroup.of(narrow.shape()).size());
    QuantizedModel mixed = candidates.model(new Allocation("448488484484848448"));
    ModelValidator.check(mixed);
    assertSame(narrow.patchEmbedding(), mixed.patchEmbedding());
    assertSame(narrow.position(), mixed.position());
    Block first = mixed.blocks().get(0);
    // Attention is not divided: its projection has 8 bits, the others 4.
    Block withWideProjection =
        models.get(Candidates.needed(LayerGroup.of(narrow.shape())).get(2)).blocks().get(0);
    assertEquals(8, first.attention().projection().weightBits());
    assertEquals(4, first.attention().value().weightBits());
    assertSame(withWideProjection.norm1(), first.norm1());
    assertSame(withWideProjection.attention(), first.attention());
    assertSame(narrow.blocks().get(0).norm2(), first.norm2());
    assertSame(narrow.blocks().get(0).mlp().fc1(), first.mlp().fc1());
    assertSame(wide.blocks().get(0).mlp().hiddenExponent(), first.mlp().hiddenExponent());
    assertSame(wide.blocks().get(0).mlp().fc2(), first.mlp().fc2());
    assertEquals(8, mixed.blocks().get(1).attention().query().weightBits());
    assertEquals(4, mixed.blocks().get(1).attention().projection().weightBits());
    assertSame(wide.norm(), mixed.norm());
    assertSame(wide.head(), mixed.head());
  }

  @Test
  void refusesModelsOfOtherScales() {
    QuantizedModel other =
        new QuantizedModel(
            wide.name(),
            wide.shape(),
            wide.residualBits(),
            wide.preprocessing(),
            wide.patchEmbedding(),
            wide.position(),
            wide.embed(),
            wide.blocks(),
            wide.norm(),
            wide.head(),
            wide.logitsExponent() + 1);
    Map<Allocation, QuantizedModel> unlike = new LinkedHashMap<>();
    unlike.put(Allocation.uniform(GROUPS, 4), narrow);
    unlike.put(Allocation.uniform(GROUPS, 8), other);
    IllegalStateException e =
        assertThrows(IllegalStateException.class, () -> new Candidates(unlike));
    assertTrue(e.getMessage().startsWith("logits"), e.getMessage());
  }

  @Test
  void countsBitsAndBytes() {
    List<LayerGroup> groups = LayerGroup.of(narrow.shape());
    Cost bits = Cost.meanBits(groups);
    assertEquals(4, bits.of(Allocation.uniform(GROUPS, 4)));
    assertEquals(8, bits.of(Allocation.uniform(GROUPS, 8)));
    // 17 tokens, 16 patches of 49 pixels, 64 channels, 4 blocks of 12 squares of 64, 10 classes.
    double macs = 16 * 49 * 64 + 17.0 * 4 * 12 * 64 * 64 + 64 * 10;
    Allocation fc1 = Allocation.uniform(GROUPS, 4).with(3, 8);
    assertEquals(4 + 4 * 17 * 64 * 256 / macs, bits.of(fc1), 1e-12);
    long weights = 49 * 64 + 4 * 12 * 64 * 64 + 64 * 10;
    assertEquals((weights + 64 * 256) / 2.0, Cost.bytes(groups).of(fc1));
  }

  @Test
  void countsCyclesOfAnArchitecture() {
    Architecture arch = P2vit.fit(narrow, FitOptions.DEFAULT.withMacs(128));
    MemoryTiming memory = new MemoryTiming(100);
    Cost cycles = new CycleCost(candidates::model, arch, memory);
    Allocation mixed = new Allocation("448488484484848448");
    double all4 = cycles.of(Allocation.uniform(GROUPS, 4));
    double all8 = cycles.of(Allocation.uniform(GROUPS, 8));
    double some = cycles.of(mixed);
    assertTrue(all4 < some && some < all8, all4 + ", " + some + ", " + all8);
    // What 'cycles' says of the model.
    double exact =
        P2vit.cycles(
                org.p2vit.generator.compile.ModelCompiler.schedule(
                    candidates.model(mixed), arch, 1),
                memory)
            .total();
    assertEquals(exact, some);
    LinearCost estimate = new LinearCost(cycles, GROUPS);
    assertEquals(1, estimate.of(mixed) / some, 0.03);
  }

  @Test
  void impossibleBudgetNamesTheNearest() {
    Budget budget = new Budget(Cost.meanBits(LayerGroup.of(narrow.shape())), 3.9);
    InputException e = assertThrows(InputException.class, () -> budget.checkFeasible(GROUPS));
    assertTrue(e.getMessage().contains("3.900 mean bits"), e.getMessage());
    assertTrue(e.getMessage().contains("4.000"), e.getMessage());
  }
}
