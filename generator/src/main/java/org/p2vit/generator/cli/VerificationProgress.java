package org.p2vit.generator.cli;

import org.p2vit.generator.verify.RtlVerification;

/** Shows Verilator's build, then the simulation. */
record VerificationProgress(ProgressLine line) implements RtlVerification.Listener {

  @Override
  public void at(String step, int done, int total) {
    line.at(step, done, total);
  }

  @Override
  public void at(double imagesDone, int images, long cyclesPerSecond) {
    line.at("simulation, percent", Math.round(100 * imagesDone / images), 100);
  }
}
