package org.p2vit.verif.chunk;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.p2vit.rtl.Architecture;
import org.p2vit.rtl.RtlEmitter;
import org.p2vit.verif.BuildRequest;

/**
 * Proves with Yosys' SAT solver that the hardware's rounding and saturation are the specification's
 * for every 32-bit operand and every shift.
 */
class RoundShiftProofTest {
  private static final Architecture ARCH = ChunkArchitectures.PAIRS;
  private static final String TIE = "(r == h && f[0])";

  @Test
  void roundsEveryOperandHalfToEven(@TempDir Path directory)
      throws IOException, InterruptedException {
    String specification = emit(directory);
    String output = prove(directory, specification);
    assertTrue(output.contains("SAT proof finished - no model found: SUCCESS!"), output);
  }

  /** Guards the proof itself: a specification that rounds halves down must be refuted. */
  @Test
  void refutesAnotherTreatmentOfHalves(@TempDir Path directory)
      throws IOException, InterruptedException {
    String specification = emit(directory);
    assertTrue(specification.contains(TIE));
    String output = prove(directory, specification.replace(TIE, "1'b0"));
    assertTrue(output.contains("SAT proof finished - model found: FAIL!"), output);
  }

  /** Emits the unit; returns the specification with the unit's port names. */
  private static String emit(Path directory) throws IOException {
    RtlEmitter.create().emitChunk(ARCH, "RoundShiftUnit", directory);
    String verilog = Files.readString(directory.resolve("RoundShiftUnit.sv"));
    String text =
        new String(
            BuildRequest.Source.resource(RoundShiftProofTest.class, "round_shift_spec.v").content(),
            StandardCharsets.UTF_8);
    for (ModulePort port : ModulePort.parse(verilog, "RoundShiftUnit")) {
      String name = port.verilogName().replaceFirst("_\\d+$", "");
      text = text.replace(".PORT_" + name + "(", "." + port.verilogName() + "(");
    }
    return text.replace("STREAM_BITS", "" + ARCH.residualBits());
  }

  private static String prove(Path directory, String specification)
      throws IOException, InterruptedException {
    Files.writeString(directory.resolve("specification.v"), specification);
    String script =
        "read_verilog -sv RoundShiftUnit.sv specification.v; hierarchy -top proof; proc; flatten;"
            + " opt; sat -prove bad 0 -show-inputs";
    Process process =
        new ProcessBuilder("yosys", "-p", script)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return output;
  }
}
