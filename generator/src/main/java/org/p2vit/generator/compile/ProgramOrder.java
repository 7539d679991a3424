package org.p2vit.generator.compile;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.p2vit.rtl.Architecture;
import org.p2vit.rtl.Chunk;
import org.p2vit.rtl.job.EndJob;
import org.p2vit.rtl.job.Job;
import org.p2vit.rtl.job.Wait;

/**
 * The jobs of a program in their order and with their places in the buffers, still without waits:
 * most of the work of a {@link Schedule} is to find these.
 */
public final class ProgramOrder {

  /**
   * Jobs that are in work together, see {@link HazardTracker}.
   *
   * @param image which they work for
   * @param layer that they belong to, see {@link Overlap}
   */
  record Gang(int image, int layer, List<TracedJob> jobs) {}

  private final Architecture arch;
  private final Overlap overlap;
  private final List<Gang> gangs;
  private final Function<List<TracedJob>, Schedule> schedule;

  /**
   * @param gangs all that is to be done; the last one stores what everything else was computed for
   * @param schedule of a program
   */
  ProgramOrder(
      Architecture arch,
      Overlap overlap,
      List<Gang> gangs,
      Function<List<TracedJob>, Schedule> schedule) {
    this.arch = arch;
    this.overlap = overlap;
    this.gangs = gangs;
    this.schedule = schedule;
  }

  /** All jobs but END, without waits. */
  public List<TracedJob> jobs() {
    return gangs.stream().flatMap(g -> g.jobs().stream()).toList();
  }

  /** The program: all jobs with their waits, and END. */
  public Schedule schedule() {
    HazardTracker hazards = new HazardTracker(arch, overlap);
    List<TracedJob> program = new ArrayList<>();
    for (Gang gang : gangs) {
      List<Job> jobs = new ArrayList<>(gang.jobs().size());
      for (TracedJob traced : gang.jobs()) {
        jobs.add(traced.job());
      }
      List<Job> withWaits = hazards.add(jobs, gang.layer());
      for (int i = 0; i < withWaits.size(); i++) {
        program.add(gang.jobs().get(i).with(withWaits.get(i), gang.image()));
      }
    }
    Wait stored = Wait.until(Chunk.STORE, hazards.units(Chunk.STORE));
    int image = gangs.get(gangs.size() - 1).image();
    program.add(new TracedJob(new EndJob(List.of(stored)), image, "end", Optional.empty()));
    return schedule.apply(program);
  }
}
