package org.p2vit.generator.energy;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.p2vit.generator.Design;
import org.p2vit.generator.verify.RtlVerification;
import org.p2vit.image.ImageSource;
import org.p2vit.model.QuantizedModel;
import org.p2vit.rtl.RtlEmitter;
import org.p2vit.synth.power.GateNetlist;
import org.p2vit.synth.power.Toggles;
import org.p2vit.verif.Simulation;

/**
 * A netlist that did the work of the RTL.
 *
 * @param verification of all its tensors against the golden model
 * @param toggles of all its signals in the first start; cell delays are zero, so that no signal
 *     changes more than once in a cycle
 */
public record GateSimulation(RtlVerification verification, Toggles toggles) {
  private static final String SCOPE = "TOP." + RtlEmitter.TOP;

  /**
   * Runs images through a netlist.
   *
   * @param images as many as a start takes
   */
  public static GateSimulation run(
      QuantizedModel model,
      Design design,
      GateNetlist netlist,
      ImageSource images,
      Simulation.AxiBehaviour axi,
      RtlVerification.Listener listener) {
    Design gates =
        new Design(
            design.directory(),
            netlist.gates(),
            design.compiled(),
            design.map(),
            design.artifacts());
    AtomicReference<Toggles> toggles = new AtomicReference<>();
    // Some ten gigabytes an image: counted while they are made, never written.
    Simulation.Trace trace =
        Simulation.Trace.vcd(
            in -> toggles.set(Toggles.read(in, "of the simulation", SCOPE)), 0, Long.MAX_VALUE);
    RtlVerification verification =
        RtlVerification.run(
            model,
            gates,
            images,
            RtlVerification.Options.standard().withAxi(axi).withTrace(Optional.of(trace)),
            listener);
    return new GateSimulation(verification, toggles.get());
  }
}
