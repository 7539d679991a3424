package org.p2vit.generator.timeline;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.p2vit.generator.compile.TracedJob;
import org.p2vit.generator.timeline.TimedJob.Held;
import org.p2vit.model.VitShape;
import org.p2vit.rtl.Chunk;
import org.p2vit.rtl.StallCause;
import org.p2vit.rtl.job.Wait;
import org.p2vit.verif.ExecutionTrace;
import org.p2vit.verif.ExecutionTrace.Idle;
import org.p2vit.verif.ExecutionTrace.JobTimes;

/** One run of a program in terms of the network: which job ran when, and what the array lacked. */
public final class Timeline {
  private final ExecutionTrace trace;
  private final Activity activity;
  private final List<JobName> names;
  private final Map<Chunk, List<JobTimes>> times = new EnumMap<>(Chunk.class);
  private final Map<Chunk, List<TimedJob>> jobs = new EnumMap<>(Chunk.class);

  /** For each chunk and unit, the index in the chunk's jobs of the one that completed it. */
  private final Map<Chunk, int[]> makers = new EnumMap<>(Chunk.class);

  /**
   * @param program that ran
   * @param shape of its model
   * @throws IllegalArgumentException if the trace is of another program
   */
  public Timeline(List<TracedJob> program, VitShape shape, ExecutionTrace trace) {
    this.trace = trace;
    this.activity = new Activity(trace);
    this.names = program.stream().map(j -> JobName.of(j, shape)).toList();
    for (Chunk chunk : Chunk.values()) {
      times.put(chunk, new ArrayList<>());
    }
    trace
        .jobs(program.stream().map(TracedJob::job).toList())
        .forEach(t -> times.get(t.chunk()).add(t));
    times.forEach((chunk, list) -> makers.put(chunk, makers(list)));
    times.forEach((chunk, list) -> jobs.put(chunk, timed(list)));
  }

  private static int[] makers(List<JobTimes> jobs) {
    return IntStream.range(0, jobs.size())
        .flatMap(i -> IntStream.generate(() -> i).limit(jobs.get(i).job().units()))
        .toArray();
  }

  private List<TimedJob> timed(List<JobTimes> list) {
    List<TimedJob> timed = new ArrayList<>();
    long free = 0;
    for (JobTimes t : list) {
      long begin = Math.max(t.taken(), free);
      free = t.lastUnit() + 1;
      timed.add(
          new TimedJob(
              names.get(t.index()),
              t,
              begin,
              Math.round(activity.busy(t.chunk(), begin, free)),
              held(t)));
    }
    return List.copyOf(timed);
  }

  private List<Held> held(JobTimes t) {
    List<Held> held = new ArrayList<>();
    for (Wait wait : t.job().waits()) {
      if (wait.enabled() && wait.base() > 0) {
        int unit = wait.base() - 1;
        long until = trace.completed().get(wait.chunk())[unit] + 1;
        if (until > t.taken()) {
          held.add(new Held(wait.chunk(), until, maker(wait.chunk(), unit)));
        }
      }
    }
    held.sort(Comparator.comparingLong(Held::until).reversed());
    return held;
  }

  private JobName maker(Chunk chunk, int unit) {
    return names.get(times.get(chunk).get(makers.get(chunk)[unit]).index());
  }

  long cycles() {
    return trace.cycles();
  }

  Activity activity() {
    return activity;
  }

  List<TimedJob> jobs(Chunk chunk) {
    return jobs.get(chunk);
  }

  int jobCount() {
    return names.size();
  }

  /**
   * Where the array idled longest, longest first. What it lacked again and again in one job counts
   * as one.
   *
   * @param most how many
   */
  public List<Stall> longestStalls(int most) {
    Map<Stall.Reason, Stall> stalls = new LinkedHashMap<>();
    for (Idle i : trace.idle()) {
      Stall.Reason reason = reason(i);
      stalls.merge(reason, new Stall(i.from(), i.cycles(), 1, reason), Stall::and);
    }
    return stalls.values().stream()
        .sorted(Comparator.comparingLong(Stall::cycles).reversed())
        .limit(most)
        .toList();
  }

  private Stall.Reason reason(Idle idle) {
    int job = waiting(idle).map(JobTimes::index).orElse(names.size() - 1);
    return new Stall.Reason(
        idle.cause(), job, names.get(job).full(), awaited(idle).map(JobName::full));
  }

  /** The job that the array would have worked on; empty behind the last. */
  private Optional<JobTimes> waiting(Idle idle) {
    List<JobTimes> list = times.get(Chunk.MATMUL);
    boolean finishing = idle.cause().equals(Optional.of(StallCause.OUTPUT));
    boolean noJob = idle.cause().equals(Optional.of(StallCause.NO_JOB));
    Optional<JobTimes> last = Optional.empty();
    for (JobTimes t : list) {
      if (finishing ? t.lastUnit() >= idle.from() : noJob && t.taken() >= idle.from()) {
        return Optional.of(t);
      }
      if (t.taken() < idle.from()) {
        last = Optional.of(t);
      }
    }
    return noJob ? Optional.empty() : last.or(() -> list.stream().findFirst());
  }

  /** The job whose unit ended a wait for another chunk. */
  private Optional<JobName> awaited(Idle idle) {
    return idle.cause()
        .flatMap(StallCause::chunk)
        .flatMap(
            chunk -> {
              int units = unitsBefore(chunk, idle.end() - 1);
              return units == 0 ? Optional.empty() : Optional.of(maker(chunk, units - 1));
            });
  }

  private int unitsBefore(Chunk chunk, long cycle) {
    int found = Arrays.binarySearch(trace.completed().get(chunk), cycle);
    return found >= 0 ? found : -found - 1;
  }
}
