package org.p2vit.verif;

/** Is told about once a second how far a simulation has come. */
@FunctionalInterface
public interface SimulationProgress {

  /** Tells nobody. */
  SimulationProgress NONE = (run, runs, cycles, cyclesPerSecond, jobs) -> {};

  /**
   * @param run index of the current run
   * @param runs number of runs
   * @param cycles simulated since that run's start
   * @param cyclesPerSecond current speed
   * @param jobs dispatched by the engine since that run's start
   */
  void at(int run, int runs, long cycles, long cyclesPerSecond, long jobs);
}
