package org.p2vit.generator.energy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.p2vit.generator.Design;
import org.p2vit.generator.compile.AccessCounts;
import org.p2vit.generator.compile.AccessCounts.Operation;
import org.p2vit.generator.compile.ModelCompiler;
import org.p2vit.generator.compile.RandomDesign;
import org.p2vit.generator.compile.Schedule;
import org.p2vit.generator.verify.NoiseImages;
import org.p2vit.generator.verify.RtlVerification;
import org.p2vit.model.QuantizedModel;
import org.p2vit.model.RandomModels;
import org.p2vit.rtl.Architecture;
import org.p2vit.synth.power.Energy;
import org.p2vit.synth.power.GateNetlist;
import org.p2vit.synth.power.GatePower;
import org.p2vit.verif.BuildProgress;
import org.p2vit.verif.Simulation.AxiBehaviour;

class GateComparisonTest {
  private static final long SEED = 5;
  private static final double EXACT = 1e-9;

  @TempDir Path directory;

  private final RandomDesign design = RandomDesign.of(SEED, RandomModels.WeightBits.W8);
  private final QuantizedModel model = design.model();
  private final Architecture architecture = design.architecture();

  @Test
  void everyModuleBelongsToOnePart() {
    assertEquals(GatePart.ARRAY, GatePart.of("matmul.array.cells_0_1"));
    assertEquals(GatePart.REQUANTIZER, GatePart.of("matmul.requantizer"));
    assertEquals(GatePart.SEQUENCERS, GatePart.of("matmul.tile_q"));
    assertEquals(GatePart.SEQUENCERS, GatePart.of("matmul"));
    assertEquals(GatePart.SHIFTER, GatePart.of("shifter.array"));
    assertEquals(GatePart.CONTROLLER, GatePart.of("controller.fetch"));
    assertEquals(GatePart.BUFFER_PORTS, GatePart.of(""));
    assertEquals(GatePart.BUFFER_PORTS, GatePart.of("scoreMax"));
  }

  /** What the parts count is what the model counts, no operation twice and none lost. */
  @Test
  void partsHaveAllOperationsOfTheModel() {
    Schedule schedule = ModelCompiler.schedule(model, architecture, 1);
    Energy one = new Energy(1e-6, 2e-6, 3e-6, 0);
    GatePower power =
        new GatePower(
            1000,
            Map.of("matmul.array.cells_0_0", one, "matmul.array", one, "port", one),
            1,
            3,
            9,
            9);
    GateComparison c = GateComparison.of(schedule, EnergyCosts.standard(), 30.0, power);
    long operations = c.parts().stream().mapToLong(GateComparison.Row::operations).sum();
    AccessCounts all = AccessCounts.of(schedule);
    long expected = 0;
    double picojoules = 0;
    for (Operation o : Operation.values()) {
      expected += all.operations(o);
      picojoules += all.operations(o) * EnergyCosts.standard().of(o);
    }
    assertEquals(expected, operations);
    assertEquals(picojoules * 1e-12, c.model(), EXACT * c.model());
    assertEquals(12e-6, c.parts().get(GatePart.ARRAY.ordinal()).gates().total(), EXACT);
    assertEquals(18e-6, c.gates().total(), EXACT);
    assertEquals(6e-6, c.work(), EXACT, "no clock, and the port has no operations");
  }

  @Test
  void scaleIsThePublishedOne() {
    // 180 nm at 1.8 V: 24.64 V - 17.98; 45 nm at 0.9 V: 1.018 V^2 - 0.3107 V + 0.1539.
    assertEquals(26.372 / 0.69885, TechnologyScale.standard().energy(), 0.01);
  }

  /** Minutes: a whole accelerator through Yosys, its gates on what the RTL does, and OpenSTA. */
  @Test
  @Tag("large")
  void aNetlistComputesWhatTheRtlDoesAndAllItsPinsAreCounted() {
    Design design = Design.make(model, architecture, directory.resolve("design"));
    GateNetlist netlist =
        GateNetlist.make(
            design.rtl(),
            Map.of(),
            directory.resolve("gates"),
            Duration.ofMinutes(60),
            BuildProgress.NONE);
    GateSimulation simulation =
        GateSimulation.run(
            model,
            design,
            netlist,
            new NoiseImages(model.shape(), 1),
            AxiBehaviour.PLAIN,
            RtlVerification.SILENT);
    assertTrue(simulation.exact(), "seed " + SEED + ": " + simulation.gates().firstDifference());
    assertTrue(simulation.gates().compared() > 100_000, "much was compared");
    GatePower power =
        netlist.power(
            simulation.gates().toggles(), "simulation", Duration.ofMinutes(10), BuildProgress.NONE);
    assertEquals(1, power.annotatedShare(), 0.001);
    long cycles = simulation.verification().starts().get(0).cycles();
    assertTrue(power.cycles() >= cycles && power.cycles() < cycles + 500, power.cycles() + "");
    GateComparison c =
        GateComparison.of(design.compiled().schedule(), EnergyCosts.standard(), 1.0, power);
    for (GateComparison.Row row : c.parts()) {
      assertTrue(row.gates().total() > 0, row.toString());
      assertTrue(row.part().operations().isEmpty() || row.model() > 0, row.toString());
    }
  }
}
