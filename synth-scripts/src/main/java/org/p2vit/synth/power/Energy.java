package org.p2vit.synth.power;

/**
 * Energy in joules that gates took, by what took it.
 *
 * @param switching of the loads of nets: the input pins on them
 * @param internal of cells whose outputs or data inputs changed
 * @param clock of the clock pins of flip-flops, inside the cell; without the clock tree
 * @param leakage over the time
 */
public record Energy(double switching, double internal, double clock, double leakage) {
  /** None. */
  public static final Energy ZERO = new Energy(0, 0, 0, 0);

  public double total() {
    return switching + internal + clock + leakage;
  }

  public Energy plus(Energy more) {
    return new Energy(
        switching + more.switching,
        internal + more.internal,
        clock + more.clock,
        leakage + more.leakage);
  }
}
