package org.p2vit.verif.emulator;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.p2vit.rtl.Architecture;
import org.p2vit.rtl.Chunk;
import org.p2vit.rtl.job.EndJob;
import org.p2vit.rtl.job.Job;
import org.p2vit.rtl.job.Wait;

/**
 * Executes programs on modelled memories, exactly as the job records and docs/numerics.md define.
 * Chunks run concurrently as far as a {@link Schedule} lets them.
 *
 * <p>A chunk's step reads and computes at one moment and writes at a later one, and a chunk may
 * begin steps before earlier ones have written; so a program that leaves out a wait that it needs
 * fails under some schedule, however fast the hardware would have been.
 */
public final class JobEmulator {

  /** A chunk: its queue, the job that it executes and the steps not yet in memory. */
  private static final class Unit {
    final Deque<JobRun> queue = new ArrayDeque<>();
    final Deque<Step> inFlight = new ArrayDeque<>();
    JobRun current;
    int progress;
  }

  private final Architecture arch;
  private final Memories memories;
  private final Dram dram;
  private final Schedule schedule;
  private final Observer observer;
  private final Unit[] units = new Unit[Chunk.values().length];
  private final Schedule.Choice[] choices =
      new Schedule.Choice[units.length * Schedule.Action.values().length];
  private List<? extends Job> program;
  private int next;
  private boolean ended;

  /**
   * @param memories on-chip memories, used in place; {@link Memories#poison} them to find reads of
   *     what was not written
   */
  public JobEmulator(
      Architecture arch, Memories memories, Dram dram, Schedule schedule, Observer observer) {
    this.arch = arch;
    this.memories = memories;
    this.dram = dram;
    this.schedule = schedule;
    this.observer = observer;
  }

  /**
   * Runs a whole program, from counters of zero.
   *
   * @param jobs a program; it may lack the EndJob
   * @throws EmulationException if a job is out of its defined range, if the jobs wait for each
   *     other for ever, or if the program ends before its jobs do
   */
  public void run(List<? extends Job> jobs) {
    program = jobs;
    next = 0;
    ended = false;
    for (int i = 0; i < units.length; i++) {
      units[i] = new Unit();
    }
    while (true) {
      dispatch();
      int count = choices();
      if (ended && busy()) {
        throw new EmulationException(
            "the program ends while chunks still work:" + state() + "\nlet EndJob wait for them");
      }
      if (count == 0) {
        break;
      }
      act(choices[schedule.choose(choices, count)]);
    }
    if (busy() || next < program.size()) {
      throw new EmulationException("deadlock:" + state());
    }
  }

  /**
   * Tells the observer what one job does, whatever its waits: all its reads see {@code memories} as
   * they are, and its writes do not reach them.
   *
   * @param index of the job, for the observer and for messages
   */
  public static void observe(
      Architecture arch, int index, Job job, Memories memories, Dram dram, Observer observer) {
    JobRun run = JobRun.of(new ProgramJob(index, job), arch, memories, dram);
    while (!run.finished()) {
      run.next().report(observer);
    }
  }

  /** Units completed by a chunk in the last run. */
  public int progress(Chunk chunk) {
    return units[chunk.ordinal()].progress;
  }

  /** Like the controller: in order, blocked by a full queue. */
  private void dispatch() {
    while (next < program.size() && !ended) {
      Job job = program.get(next);
      ProgramJob source = new ProgramJob(next, job);
      if (job instanceof EndJob) {
        for (Wait w : job.waits()) {
          source.require(!w.perRow() && !w.perTile(), "wait.perRow", "an EndJob has no rows");
          if (w.enabled() && progress(w.chunk()) < w.base()) {
            return;
          }
        }
        source.require(next == program.size() - 1, "opcode", "jobs follow the EndJob");
        ended = true;
        next++;
        return;
      }
      Unit unit = units[source.chunk().ordinal()];
      if (arch.jobQueue() > 0 && unit.queue.size() >= arch.jobQueue()) {
        return;
      }
      JobRun run = JobRun.of(source, arch, memories, dram);
      if (arch.jobQueue() == 0 && !takes(unit, run)) {
        return;
      }
      unit.queue.add(run);
      if (unit.current == null) {
        unit.current = unit.queue.remove();
      }
      next++;
    }
  }

  /** Without a queue, LOAD and STORE leave a job where it is until its waits hold. */
  private boolean takes(Unit unit, JobRun job) {
    Chunk chunk = job.source().chunk();
    boolean holds = chunk != Chunk.LOAD && chunk != Chunk.STORE || waitsHold(job);
    return unit.current == null && holds;
  }

  private int choices() {
    int count = 0;
    for (Chunk chunk : Chunk.values()) {
      Unit unit = units[chunk.ordinal()];
      if (!unit.inFlight.isEmpty()) {
        int job = unit.inFlight.peek().place().job();
        choices[count++] = new Schedule.Choice(chunk, Schedule.Action.FINISH, job);
      }
      if (unit.current != null
          && unit.inFlight.size() < schedule.inFlight()
          && waitsHold(unit.current)) {
        int job = unit.current.source().index();
        choices[count++] = new Schedule.Choice(chunk, Schedule.Action.START, job);
      }
    }
    return count;
  }

  private boolean waitsHold(JobRun run) {
    for (Wait w : run.source().job().waits()) {
      if (w.enabled() && progress(w.chunk()) < run.needed(w)) {
        return false;
      }
    }
    return true;
  }

  private void act(Schedule.Choice choice) {
    Unit unit = units[choice.chunk().ordinal()];
    switch (choice.action()) {
      case START -> {
        unit.inFlight.add(unit.current.next());
        if (unit.current.finished()) {
          unit.current = unit.queue.poll();
        }
      }
      case FINISH -> {
        Step done = unit.inFlight.remove();
        done.store();
        done.report(observer);
        unit.progress += done.units();
      }
    }
  }

  private boolean busy() {
    for (Unit unit : units) {
      if (unit.current != null || !unit.inFlight.isEmpty()) {
        return true;
      }
    }
    return false;
  }

  /** One line for each chunk at work and for the job that is to be dispatched next. */
  private String state() {
    StringBuilder text = new StringBuilder();
    for (Chunk chunk : Chunk.values()) {
      Unit unit = units[chunk.ordinal()];
      if (unit.current != null || !unit.inFlight.isEmpty()) {
        text.append("\n  ").append(chunk).append(": ").append(unit.progress).append(" units done");
      }
      if (unit.current != null) {
        text.append(", ").append(unit.current.position());
        text.append(waits(unit.current));
        text.append(", ").append(unit.queue.size()).append(" jobs queued");
      }
    }
    if (next < program.size()) {
      ProgramJob waiting = new ProgramJob(next, program.get(next));
      text.append("\n  not dispatched: ").append(waiting).append(" and all after it");
      waiting
          .job()
          .chunk()
          .ifPresent(c -> text.append("; the queue of ").append(c).append(" is full"));
      if (waiting.job() instanceof EndJob) {
        for (Wait w : waiting.job().waits()) {
          text.append(' ').append(wait(w, w.base()));
        }
      }
    }
    return text.toString();
  }

  private String waits(JobRun run) {
    StringBuilder text = new StringBuilder();
    for (Wait w : run.source().job().waits()) {
      if (w.enabled() && progress(w.chunk()) < run.needed(w)) {
        text.append(' ').append(wait(w, run.needed(w)));
      }
    }
    return text.isEmpty() ? " could go on" : " waits for" + text;
  }

  private String wait(Wait w, int needed) {
    return w.chunk() + " >= " + needed + " (is " + progress(w.chunk()) + ")";
  }
}
