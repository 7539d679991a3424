package org.p2vit.generator.energy;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.p2vit.generator.Design;
import org.p2vit.generator.verify.RtlVerification;
import org.p2vit.image.ImageSource;
import org.p2vit.model.QuantizedModel;
import org.p2vit.rtl.RtlEmitter;
import org.p2vit.synth.power.GateActivity;
import org.p2vit.synth.power.GateNetlist;
import org.p2vit.verif.Simulation;

/**
 * A netlist that does what the RTL does, cycle by cycle.
 *
 * @param verification of the RTL against the golden model
 * @param gates of the netlist against the RTL, and how often each of its pins changed
 */
public record GateSimulation(RtlVerification verification, GateActivity gates) {
  private static final String SCOPE = "TOP." + RtlEmitter.TOP;

  /**
   * Runs images through both.
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
    AtomicReference<GateActivity> gates = new AtomicReference<>();
    // A waveform of gigabytes: used while it is made, never written.
    Simulation.Trace trace =
        Simulation.Trace.vcd(in -> gates.set(netlist.replay(in, SCOPE)), 0, Long.MAX_VALUE);
    RtlVerification verification =
        RtlVerification.run(
            model,
            design,
            images,
            RtlVerification.Options.standard().withAxi(axi).withTrace(Optional.of(trace)),
            listener);
    return new GateSimulation(verification, gates.get());
  }

  /** Whether all is as it should be. */
  public boolean exact() {
    return verification.exact() && gates.different() == 0;
  }
}
