package org.p2vit.generator.compile;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.p2vit.rtl.Architecture;
import org.p2vit.rtl.Chunk;
import org.p2vit.rtl.job.Job;
import org.p2vit.rtl.job.Wait;

/**
 * Derives the waits of jobs from the memory words that they read and write, so that every schedule
 * that the waits permit gives the result of executing the jobs in program order.
 *
 * <p>Jobs are added in program order. Several that follow each other row block by row block through
 * rings smaller than their results (scores, softmax, shifter of a head) are added together, as a
 * gang: they are thought of as executed one row block of each in turn, and wait for each other in
 * both directions. Everything waited for is earlier in that order, which is why no program can
 * deadlock; the jobs of a gang follow each other in the program, on different chunks, so that all
 * of them are dispatched.
 *
 * <p>Where {@link Overlap} is switched off, jobs also wait for whole jobs whose results they do not
 * need.
 *
 * <p>A need that another one implies is dropped: for each unit of each chunk the tracker knows
 * which units of other chunks must be complete when it is.
 */
final class HazardTracker {
  private static final int CHUNKS = Chunk.values().length;

  private final Architecture arch;
  private final OverlapLimits limits;
  private final Map<OnChip, MemoryState> memories = new EnumMap<>(OnChip.class);

  /** Of each chunk: for each unit, what is complete when that unit is. */
  private final List<List<Requirement>> complete = new ArrayList<>();

  /** Of each chunk: what was complete when its latest unit started. */
  private final Requirement[] started = new Requirement[CHUNKS];

  HazardTracker(Architecture arch, Overlap overlap) {
    this.arch = arch;
    limits = new OverlapLimits(overlap);
    for (OnChip b : OnChip.values()) {
      memories.put(b, new MemoryState(b, b.words(arch.buffers())));
    }
    for (int i = 0; i < CHUNKS; i++) {
      complete.add(new ArrayList<>());
      started[i] = new Requirement();
    }
  }

  /** A job of the gang in work. */
  private static final class Member {
    final Job job;
    final int chunk;
    final int before;
    final Footprint footprint;
    final int[][] rowNeed;
    final int[][] known;
    final int[][] tileNeed;

    /** What is complete before row block 0, without the job's own waits on tiles. */
    Requirement atStart;

    Member(Job job, int before, Footprint footprint) {
      this.job = job;
      this.chunk = job.chunk().orElseThrow().ordinal();
      this.before = before;
      this.footprint = footprint;
      rowNeed = new int[CHUNKS][footprint.rows()];
      known = new int[CHUNKS][footprint.rows()];
      tileNeed = new int[CHUNKS][footprint.tiles()];
    }
  }

  /** Units that a chunk has completed when all jobs so far are done. */
  int units(Chunk chunk) {
    return complete.get(chunk.ordinal()).size();
  }

  /**
   * Adds jobs and returns them with their waits.
   *
   * @param gang one job, or several on different chunks that run in step
   * @param layer that they belong to, see {@link Overlap}
   */
  List<Job> add(List<Job> gang, int layer) {
    List<Member> members = new ArrayList<>();
    int rows = 0;
    for (Job job : gang) {
      Footprint footprint = Footprint.of(job, arch);
      members.add(new Member(job, units(job.chunk().orElseThrow()), footprint));
      rows = Math.max(rows, footprint.rows());
    }
    for (int r = 0; r < rows; r++) {
      for (Member m : members) {
        if (r < m.footprint.rows()) {
          unit(m, r, layer);
        }
      }
    }
    for (Member m : members) {
      Chunk chunk = Chunk.values()[m.chunk];
      limits.add(layer, chunk, units(chunk));
    }
    List<Job> result = new ArrayList<>();
    for (int i = 0; i < members.size(); i++) {
      result.add(Jobs.withWaits(members.get(i).job, waits(members, i)));
    }
    return result;
  }

  /** Accounts for row block (or LOAD unit) {@code r}. */
  private void unit(Member m, int r, int layer) {
    Requirement needs = new Requirement();
    if (r == 0) {
      limits.before(layer, needs);
    }
    for (Footprint.Access a : m.footprint.accesses()) {
      if (a.scope() == Footprint.Scope.ROW) {
        collect(m, a, r, needs);
      } else if (a.scope() == Footprint.Scope.JOB && r == 0) {
        collect(m, a, 0, needs);
      }
    }
    Requirement start = started[m.chunk];
    needs = withoutImplied(needs, start);
    for (int c = 0; c < CHUNKS; c++) {
      m.rowNeed[c][r] = needs.get(c);
    }
    learn(start, needs);
    for (int c = 0; c < CHUNKS; c++) {
      m.known[c][r] = start.get(c);
    }
    if (r == 0) {
      m.atStart = start.copy();
      tiles(m, start);
    }
    Requirement done = start.copy();
    done.atLeast(m.chunk, m.before + r + 1);
    complete.get(m.chunk).add(done);
    for (Footprint.Access a : m.footprint.accesses()) {
      commit(m, a, r);
    }
  }

  private void tiles(Member m, Requirement start) {
    Requirement all = new Requirement();
    for (int t = 0; t < m.footprint.tiles(); t++) {
      Requirement needs = new Requirement();
      for (Footprint.Access a : m.footprint.accesses()) {
        if (a.scope() == Footprint.Scope.TILE) {
          collect(m, a, t, needs);
        }
      }
      needs = withoutImplied(needs, m.atStart);
      for (int c = 0; c < CHUNKS; c++) {
        m.tileNeed[c][t] = needs.get(c);
      }
      all.join(needs);
    }
    learn(start, all);
  }

  private void collect(Member m, Footprint.Access a, int index, Requirement needs) {
    MemoryState memory = memories.get(a.buffer());
    a.words()
        .forEach(
            index,
            a.write()
                ? (first, count) -> memory.beforeWrite(m.chunk, first, count, needs)
                : (first, count) -> memory.beforeRead(first, count, needs));
    if (needs.has(m.chunk) && needs.get(m.chunk) > m.before) {
      throw new IllegalStateException(m.job + " reads " + a.buffer() + " that it writes itself");
    }
  }

  private void commit(Member m, Footprint.Access a, int r) {
    MemoryState memory = memories.get(a.buffer());
    int end = m.before + m.footprint.rows();
    switch (a.scope()) {
      case ROW -> {
        int units = m.before + r + 1;
        a.words()
            .forEach(
                r,
                a.write()
                    ? (first, count) -> memory.write(m.chunk, first, count, units)
                    : (first, count) -> memory.read(m.chunk, first, count, units));
      }
      case TILE -> {
        for (int t = 0; r == 0 && t < m.footprint.tiles(); t++) {
          a.words().forEach(t, (first, count) -> memory.read(m.chunk, first, count, end));
        }
      }
      case JOB -> {
        if (r == 0) {
          a.words().forEach(0, (first, count) -> memory.read(m.chunk, first, count, end));
        }
      }
    }
  }

  /** Drops needs that hold at {@code start} or that follow from another need. */
  private Requirement withoutImplied(Requirement needs, Requirement start) {
    Requirement result = needs.copy();
    for (int x = 0; x < CHUNKS; x++) {
      boolean implied = needs.get(x) <= start.get(x);
      for (int y = 0; y < CHUNKS && !implied; y++) {
        implied = y != x && needs.get(y) > 0 && implies(y, needs.get(y), x, needs.get(x));
      }
      if (implied) {
        result.drop(x);
      }
    }
    return result;
  }

  private boolean implies(int y, int yUnits, int x, int xUnits) {
    return complete.get(y).get(yUnits - 1).get(x) >= xUnits;
  }

  /** Adds to {@code known} all that {@code needs} implies. */
  private void learn(Requirement known, Requirement needs) {
    for (int c = 0; c < CHUNKS; c++) {
      if (needs.get(c) > 0) {
        known.join(complete.get(c).get(needs.get(c) - 1));
      }
    }
  }

  private List<Wait> waits(List<Member> gang, int index) {
    Member m = gang.get(index);
    Chunk own = Chunk.values()[m.chunk];
    boolean perRow = own != Chunk.LOAD && own != Chunk.STORE;
    WaitFitter fitter = new WaitFitter(m.footprint.rows(), m.footprint.tiles(), perRow);
    for (Chunk c : Chunk.values()) {
      int x = c.ordinal();
      fitter.byRow(c, m.rowNeed[x], m.known[x], r -> available(gang, index, x, r));
      fitter.byTile(c, m.tileNeed[x], m.atStart.get(x), available(gang, index, x, 0));
    }
    return fitter.waits();
  }

  /** Units of chunk {@code x} that come before row block {@code r} of a job of the gang. */
  private int available(List<Member> gang, int index, int x, int r) {
    if (x == gang.get(index).chunk) {
      return gang.get(index).before;
    }
    for (int i = 0; i < gang.size(); i++) {
      Member other = gang.get(i);
      if (other.chunk == x) {
        return other.before + Math.min(other.footprint.rows(), i < index ? r + 1 : r);
      }
    }
    return complete.get(x).size();
  }
}
