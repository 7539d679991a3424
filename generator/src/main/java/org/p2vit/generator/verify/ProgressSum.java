package org.p2vit.generator.verify;

import java.util.HashMap;
import java.util.Map;

/** Adds up what several simulations tell of their progress. */
final class ProgressSum {
  private record State(double images, long cyclesPerSecond) {}

  private final int images;
  private final int jobs;
  private final RtlProgress progress;
  private final Map<Integer, State> batches = new HashMap<>();

  /**
   * @param images of all simulations
   * @param jobs of an image
   */
  ProgressSum(int images, int jobs, RtlProgress progress) {
    this.images = images;
    this.jobs = jobs;
    this.progress = progress;
  }

  /** The batch has finished {@code run} images and dispatched some jobs of the next. */
  synchronized void at(int batch, int run, long cyclesPerSecond, long jobsDispatched) {
    batches.put(
        batch, new State(run + Math.min(1.0, jobsDispatched / (double) jobs), cyclesPerSecond));
    tell();
  }

  /** The batch of {@code size} images is done. */
  synchronized void done(int batch, int size) {
    batches.put(batch, new State(size, 0));
    tell();
  }

  private void tell() {
    progress.at(
        batches.values().stream().mapToDouble(State::images).sum(),
        images,
        batches.values().stream().mapToLong(State::cyclesPerSecond).sum());
  }
}
