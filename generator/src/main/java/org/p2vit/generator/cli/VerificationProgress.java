package org.p2vit.generator.cli;

import org.p2vit.generator.verify.RtlVerification;

/** Shows Verilator's build, then the simulation. */
record VerificationProgress(ProgressLine line) implements RtlVerification.Listener {

  @Override
  public void at(String step, int done, int total) {
    line.at(step, done, total);
  }

  @Override
  public void at(int run, int runs, long cycles, long cyclesPerSecond, long jobs) {
    line.at("simulate (" + runs + " images)", run, runs);
  }
}
