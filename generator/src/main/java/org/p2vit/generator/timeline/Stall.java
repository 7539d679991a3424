package org.p2vit.generator.timeline;

import java.util.Optional;
import org.p2vit.rtl.StallCause;

/**
 * Cycles in which the MATMUL array idled in one job for one reason, in one or more stretches.
 *
 * @param from first cycle of the first stretch
 * @param cycles of all stretches together
 * @param stretches how many
 * @param reason why
 */
public record Stall(long from, long cycles, int stretches, Reason reason) {

  /**
   * Why the array idled.
   *
   * @param cause empty where no counter has one, see {@link
   *     org.p2vit.verif.ExecutionTrace.Idle#cause}
   * @param jobIndex place in the program of what the array would have worked on
   * @param job its name
   * @param awaited the job whose unit ended the wait, if the wait was for a chunk
   */
  public record Reason(
      Optional<StallCause> cause, int jobIndex, String job, Optional<String> awaited) {

    /** The cause in words. */
    public String words() {
      return Palette.name(cause);
    }
  }

  Stall and(Stall later) {
    return new Stall(from, cycles + later.cycles, stretches + later.stretches, reason);
  }
}
