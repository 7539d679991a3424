package org.p2vit.verif;

/** Is told, now and then, how far a Verilator build has come. Called by the building thread. */
@FunctionalInterface
public interface BuildProgress {

  /** Tells nobody. */
  BuildProgress NONE = (step, done, total) -> {};

  /**
   * @param step what is being done, for example {@code "compiling P2vit"}
   * @param done finished parts of this step
   * @param total parts of this step, 0 if not known
   */
  void at(String step, int done, int total);
}
