package org.p2vit.quantize;

/** Hears how far a long step is. */
@FunctionalInterface
public interface Progress {

  /** Tells nobody. */
  Progress NONE = (what, done, total) -> {};

  /**
   * @param what the step
   * @param done units completed
   * @param total units of the step
   */
  void at(String what, int done, int total);
}
