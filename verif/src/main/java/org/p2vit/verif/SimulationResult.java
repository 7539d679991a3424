package org.p2vit.verif;

import java.util.List;
import java.util.Map;
import org.p2vit.rtl.Chunk;
import org.p2vit.rtl.RegisterMap;

/**
 * What a {@link Simulator} did.
 *
 * @param runs those that were started, in order
 * @param cycles clock cycles simulated, of all runs and of register accesses
 * @param seconds wall-clock time
 * @param beatsRead AXI beats that the design read
 * @param beatsWritten AXI beats that it wrote and that memory took
 */
public record SimulationResult(
    List<RunResult> runs, long cycles, double seconds, long beatsRead, long beatsWritten) {

  /**
   * One start of the engine.
   *
   * @param interrupted whether irq came; otherwise the cycle limit was reached
   * @param cycles from the start command to irq, as the host sees it
   * @param registers all readable registers, read after irq, as unsigned numbers
   * @param saved the bytes asked for by the run's saves, in order
   */
  public record RunResult(
      String name,
      boolean interrupted,
      long cycles,
      Map<RegisterMap, Long> registers,
      List<byte[]> saved) {

    public long register(RegisterMap register) {
      return registers.get(register);
    }

    /** Whether the engine reports that the program ran to its end. */
    public boolean done() {
      long status = register(RegisterMap.STATUS);
      return interrupted
          && (status & RegisterMap.STATUS_DONE) != 0
          && (status & RegisterMap.STATUS_ERROR) == 0;
    }

    public RegisterMap.ErrorCode errorCode() {
      return RegisterMap.ErrorCode.values()[(int) (register(RegisterMap.STATUS) >> 8 & 0xff)];
    }

    /** The chunk that the error is about. */
    public Chunk errorChunk() {
      return Chunk.values()[(int) (register(RegisterMap.STATUS) >> 16 & 7)];
    }

    /** The engine's own count from start to done. */
    public long engineCycles() {
      return register(RegisterMap.CYCLES) | register(RegisterMap.CYCLES_HIGH) << 32;
    }

    /** How the run ended, in words. */
    public String outcome() {
      if (!interrupted) {
        return "no interrupt after " + cycles + " cycles";
      }
      if (done()) {
        return "done";
      }
      return errorCode() + " at job " + register(RegisterMap.ERROR_INFO);
    }
  }

  public SimulationResult {
    runs = List.copyOf(runs);
  }
}
