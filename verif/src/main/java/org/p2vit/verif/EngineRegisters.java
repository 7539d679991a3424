package org.p2vit.verif;

import java.util.ArrayList;
import java.util.List;
import org.p2vit.rtl.RegisterMap;

/**
 * What a host writes before it starts the engine.
 *
 * @param program address of the first job
 * @param model base of the memory image
 * @param input base of the input tensor
 * @param output base of the output region
 * @param outputBytes its size
 * @param watchdog cycles without progress that stop the engine, 0: never
 */
public record EngineRegisters(
    long program, long model, long input, long output, int outputBytes, int watchdog) {

  /** The register writes, with the interrupt enabled. */
  public List<Simulation.RegisterWrite> writes() {
    List<Simulation.RegisterWrite> writes = new ArrayList<>();
    writes.addAll(address(RegisterMap.PROGRAM_LOW, RegisterMap.PROGRAM_HIGH, program));
    writes.addAll(address(RegisterMap.MODEL_LOW, RegisterMap.MODEL_HIGH, model));
    writes.addAll(address(RegisterMap.INPUT_LOW, RegisterMap.INPUT_HIGH, input));
    writes.addAll(address(RegisterMap.OUTPUT_LOW, RegisterMap.OUTPUT_HIGH, output));
    writes.add(new Simulation.RegisterWrite(RegisterMap.OUTPUT_BYTES, outputBytes));
    writes.add(new Simulation.RegisterWrite(RegisterMap.WATCHDOG, watchdog));
    writes.add(new Simulation.RegisterWrite(RegisterMap.IRQ_ENABLE, 1));
    return writes;
  }

  private static List<Simulation.RegisterWrite> address(
      RegisterMap low, RegisterMap high, long value) {
    return Simulation.RegisterWrite.address(low, high, value);
  }
}
