package org.p2vit.generator.energy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.p2vit.generator.compile.ModelCompiler;
import org.p2vit.generator.compile.RandomDesign;
import org.p2vit.generator.compile.Schedule;
import org.p2vit.model.InputException;
import org.p2vit.model.RandomModels;

class EnergyEstimateTest {
  private static final long SEED = 5;
  private static final double EXACT = 1e-9;

  @TempDir Path directory;

  private static Schedule schedule(int images) {
    RandomDesign design = RandomDesign.of(SEED, RandomModels.WeightBits.W8);
    return ModelCompiler.schedule(design.model(), design.architecture(), images);
  }

  @Test
  void aPartCostsWhatItsEventsCost() {
    Schedule schedule = schedule(1);
    EnergyCosts c = EnergyCosts.standard();
    EnergyEstimate e = EnergyEstimate.of(schedule, c);
    double macs = (double) schedule.arrayCycles() * schedule.architecture().macs();
    assertEquals(macs, e.multiplications(), EXACT);
    assertEquals(
        macs * c.multiplyAccumulate(), e.picojoules().get("multiply accumulate"), EXACT * macs);
    assertEquals(
        e.dramBytes() * c.dramByte(), e.picojoules().get(EnergyEstimate.DRAM), EXACT * macs);
  }

  @Test
  void deeperMemoriesCostMoreABit() {
    EnergyCosts c = EnergyCosts.standard();
    // 64 bits of 8 KiB, of 32 KiB.
    assertEquals(c.sram64() / 64, c.sramBit(1024), EXACT);
    assertEquals(2 * c.sram64() / 64, c.sramBit(4096), EXACT);
  }

  @Test
  void energyIsThatOfAnImage() {
    EnergyCosts c = EnergyCosts.standard();
    double one = EnergyEstimate.of(schedule(1), c).multiplications();
    assertEquals(one, EnergyEstimate.of(schedule(3), c).multiplications(), EXACT * one);
  }

  @Test
  void costsOfAUserAreChecked() throws IOException {
    Path file = directory.resolve("costs.json");
    Files.writeString(file, "{\"technology\": \"x\", \"source\": \"y\", \"shiftAdd\": 1}");
    InputException missing = assertThrows(InputException.class, () -> EnergyCosts.read(file));
    assertTrue(missing.getMessage().contains("multiplyAccumulate"), missing.getMessage());
    String all =
        """
        {"technology": "x", "source": "y", "multiplyAccumulate": 1, "requantize": 1, "shiftAdd": -1,
         "softmax": 1, "layerNorm": 1, "sram64": 1, "sramKib": 8, "dramByte": 1}
        """;
    Files.writeString(file, all);
    InputException negative = assertThrows(InputException.class, () -> EnergyCosts.read(file));
    assertTrue(negative.getMessage().contains("shiftAdd is -1.0"), negative.getMessage());
    Files.writeString(file, all.replace("-1", "2"));
    assertEquals(2, EnergyCosts.read(file).shiftAdd());
  }
}
