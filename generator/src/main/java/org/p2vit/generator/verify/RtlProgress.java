package org.p2vit.generator.verify;

/** Is told, up to about once a second and process, how far a simulation of many images has come. */
@FunctionalInterface
public interface RtlProgress {

  /** Tells nobody. */
  RtlProgress NONE = (imagesDone, images, cyclesPerSecond) -> {};

  /**
   * @param imagesDone with a fraction, by jobs dispatched
   * @param images of all
   * @param cyclesPerSecond of all processes together
   */
  void at(double imagesDone, int images, long cyclesPerSecond);
}
