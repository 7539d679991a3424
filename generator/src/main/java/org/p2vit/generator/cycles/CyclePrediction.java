package org.p2vit.generator.cycles;

import java.util.List;

/**
 * What {@link CycleModel} predicts of a start of the engine.
 *
 * @param total cycles from the start of the run to done, as the register CYCLES counts them
 * @param busy cycles in which the array multiplies
 * @param jobs when each job runs, in program order, END left out
 * @param idle idle cycles of the array by job and cause; with {@code busy} they add up to {@code
 *     total}
 */
public record CyclePrediction(long total, long busy, List<JobCycles> jobs, IdleCycles idle) {

  /** Idle cycles of the array that have this cause, over all jobs. */
  public long idle(LossCause cause) {
    return idle.all(cause);
  }
}
