package org.p2vit.generator.timeline;

import java.util.List;
import org.p2vit.rtl.Chunk;
import org.p2vit.verif.ExecutionTrace.JobTimes;

/**
 * A job as it is drawn: its chunk's from {@code begin} on.
 *
 * @param name what it is for
 * @param times when it was executed
 * @param begin the first cycle in which its chunk had taken it and completed all jobs before
 * @param busyCycles of its chunk from then until its last unit
 * @param held what it waited for at its start, longest first
 */
record TimedJob(JobName name, JobTimes times, long begin, long busyCycles, List<Held> held) {

  /**
   * A condition of the job's first row block that did not hold yet when the job was taken.
   *
   * @param chunk whose unit was missing
   * @param until the first cycle in which it was there
   * @param maker the job that made it
   */
  record Held(Chunk chunk, long until, JobName maker) {}

  /** The first cycle after it. */
  long end() {
    return times.lastUnit() + 1;
  }

  long cycles() {
    return end() - begin;
  }

  /** 0 to 1. */
  double busyShare() {
    return (double) busyCycles / cycles();
  }
}
