package org.p2vit.synth.area;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MultiplierTest {

  @ParameterizedTest
  @CsvSource({
    "8, 8, 1",
    "18, 27, 1",
    "18, 28, 2",
    "19, 27, 2",
    "19, 32, 2", // 19 on the operand of 27, 32 in two parts of 18 and 17 bits at most
    "22, 35, 2",
    "36, 53, 6", // 18 + 17 + 17 by 27 + 26
  })
  void slicesOfADsp48E2(int shorter, int longer, int slices) {
    assertEquals(slices, new Multiplier(shorter, longer, false).slices(DspSlice.DSP48E2));
  }

  @ParameterizedTest
  @CsvSource({"true, 1", "false, 2"})
  void aPairFitsOneSliceOfSomeFamilies(boolean pairs, int slices) {
    DspSlice dsp = new DspSlice("any", 18, 18, pairs);
    assertEquals(slices, new Multiplier(8, 8, true).slices(dsp));
  }
}
