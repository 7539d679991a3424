package org.p2vit.synth.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.p2vit.synth.area.AreaEstimate;
import org.p2vit.synth.area.MemoryShape;
import org.p2vit.synth.area.ModuleLogic;
import org.p2vit.synth.area.Multiplier;
import org.p2vit.synth.area.Resources;

class DeviceFitTest {

  @ParameterizedTest
  @CsvSource({
    "512, 36, 36, 1, 1",
    "512, 32, 8, 1, 1", // four lanes of nine bits, eight of them data
    "513, 36, 36, 2, 1",
    "1024, 64, 8, 4, 1",
    "1024, 40, 5, 4, 1", // a lane of five bits takes one of nine
    "4096, 72, 72, 16, 1",
    "4096, 64, 8, 16, 1",
    "16384, 1, 1, 1, 4",
  })
  void blocksOfAMemory(int words, int bits, int lane, long ramb18, long uram) {
    MemoryShape memory = new MemoryShape(words, bits, lane, false);
    DeviceFamily family = Devices.find("XCZU7EV").family();
    assertEquals(ramb18, family.blockRam().blocks(memory), "RAMB18");
    assertEquals(uram, family.ultraRam().blocks(memory), "URAM288");
  }

  @Test
  void whatDspSlicesDoNotHoldTakesLuts() {
    // 100 multipliers that take 4,000 of 10,000 LUTs; the XC7Z010 has 80 slices.
    AreaEstimate e = estimate(10_000, 6_000, 100);
    DeviceFit fit = DeviceFit.of(e, Devices.find("XC7Z010"));
    assertEquals(10_000 - 4_000 * 80 / 100, use(fit, "LUT6").needed());
    assertEquals(80, use(fit, "DSP48E1").needed());
    assertTrue(fit.fits(), fit.missing());
    assertEquals("", fit.missing());
  }

  @Test
  void saysByWhatItMisses() {
    DeviceFit fit =
        DeviceFit.of(
            estimate(20_000, 20_000, 0, memory(4096, 2048, 8, false)), Devices.find("XC7Z010"));
    assertFalse(fit.fits());
    // 256 lanes, two RAMB18 (2,048 x 9) each; the device has 120.
    assertEquals("2,400 LUT6, 392 RAMB18", fit.missing());
  }

  @Test
  void largeBlocksTakeWhatSmallOnesHaveNoRoomFor() {
    // 512 and 32 RAMB18 fit; the same once more does not.
    AreaEstimate e =
        estimate(
            0,
            0,
            0,
            memory(4096, 2048, 8, false),
            memory(4096, 1024, 8, false),
            memory(16_384, 32, 32, false));
    DeviceFit fit = DeviceFit.of(e, Devices.find("XCZU7EV"));
    assertEquals(32, use(fit, "URAM288").needed());
    assertEquals(256 + 32, use(fit, "RAMB18").needed());
    assertTrue(fit.fits(), fit.missing());
  }

  @Test
  void shallowMemoriesAreLutsOrRegisters() {
    AreaEstimate six = estimate(0, 0, 0, memory(32, 128, 128, true));
    // RAM32M: six bits in four LUTs.
    assertEquals(4 * 22, use(DeviceFit.of(six, Devices.find("XC7Z010")), "LUT6").needed());
    AreaEstimate four =
        new AreaEstimate("t", 4, List.of(), six.total(), List.of(), six.memories(), List.of());
    DeviceFit ice = DeviceFit.of(four, Devices.find("iCE40UP5K"));
    assertEquals(32 * 128, use(ice, "flip-flops").needed());
    assertEquals(31 * 128, use(ice, "LUT4").needed());
  }

  private static DeviceFit.Use use(DeviceFit fit, String resource) {
    return fit.uses().stream()
        .filter(u -> u.resource().equals(resource))
        .findFirst()
        .orElseThrow(() -> new AssertionError(fit.toString()));
  }

  private static AreaEstimate.Memory memory(int words, int bits, int lane, boolean asynchronous) {
    return new AreaEstimate.Memory("m", 1, new MemoryShape(words, bits, lane, asynchronous));
  }

  private static AreaEstimate estimate(
      long luts, long besideDsp, long multipliers, AreaEstimate.Memory... memories) {
    ModuleLogic logic =
        new ModuleLogic(
            luts,
            besideDsp,
            0,
            0,
            1,
            1,
            List.of(new ModuleLogic.Multipliers(new Multiplier(8, 8, true), multipliers)));
    return new AreaEstimate(
        "t",
        6,
        List.of(),
        new Resources(luts, besideDsp, multipliers, 0, 0, 0, 0),
        List.of(new AreaEstimate.Module("t", 1, logic)),
        List.of(memories),
        List.of());
  }
}
