package org.p2vit.verif;

/** The simulated design misbehaved, or the simulation died: a fault of ours, not of the input. */
public final class SimulationException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public SimulationException(String message) {
    super(message);
  }
}
