package org.p2vit.generator.compile;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.p2vit.generator.compile.Footprint.Access;
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
  private static final Chunk[] ALL_CHUNKS = Chunk.values();
  private static final int CHUNKS = ALL_CHUNKS.length;

  /** Fewer row blocks are looked at one by one. */
  private static final int WORTHWHILE = 3;

  private final Architecture arch;
  private final OverlapLimits limits;
  private final Map<OnChip, MemoryState> memories = new EnumMap<>(OnChip.class);
  private final Progress[] complete = new Progress[CHUNKS];

  /** Of each chunk: what was complete when its latest unit started. */
  private final Requirement[] started = new Requirement[CHUNKS];

  /** Of the row block in work. */
  private final Requirement needs = new Requirement();

  private final Requirement allNeeds = new Requirement();

  HazardTracker(Architecture arch, Overlap overlap) {
    this.arch = arch;
    limits = new OverlapLimits(overlap);
    for (OnChip b : OnChip.values()) {
      memories.put(b, new MemoryState(b, b.words(arch.buffers())));
    }
    for (int i = 0; i < CHUNKS; i++) {
      complete[i] = new Progress();
      started[i] = new Requirement();
    }
  }

  /** An access that may have to wait for a use. */
  private record Conflict(Access access, MemoryUse use) {

    /** What the access needs before its {@code part}. */
    void collect(int part, Requirement needs) {
      needs.atLeast(use.chunk, units(part));
    }

    int units(int part) {
      return use.unitsOf(access.words().at(part), access.words().count());
    }

    int steady(int part) {
      return use.steady(access.words(), part);
    }
  }

  /** A job of the gang in work. */
  private static final class Member {
    final Job job;
    final int chunk;
    final int unitsBefore;
    final Footprint footprint;

    /** Its own, in the order of its accesses. */
    final List<MemoryUse> uses;

    /** Why row blocks may have to wait. */
    List<Conflict> conflicts = List.of();

    /** Row blocks that have been looked at; those that follow need nothing. */
    int rows;

    /** What row block 0 needs. */
    final Requirement firstNeed = new Requirement();

    /** By chunk, what row blocks and tiles need; null where none, or only row block 0, does. */
    final int[][] rowNeed = new int[CHUNKS][];

    final int[][] tileNeed = new int[CHUNKS][];

    /** What is complete before row block 0, without the job's own waits on tiles. */
    Requirement atStart;

    /** To come back to, if row blocks are not skipped: what was complete, and how that grew. */
    final Requirement before = new Requirement();

    int[] growth;
    int runs;
    int units;

    Member(Job job, int unitsBefore, Footprint footprint) {
      this.job = job;
      this.chunk = job.chunk().orElseThrow().ordinal();
      this.unitsBefore = unitsBefore;
      this.footprint = footprint;
      uses = new ArrayList<>(footprint.accesses().size());
    }

    /** How the latest row block's needs compared, to what is known and to what others imply. */
    long comparisons;

    long lastComparisons;

    void need(int row, Requirement needs) {
      if (row == 0) {
        firstNeed.set(needs);
        return;
      }
      for (int c = 0; c < CHUNKS; c++) {
        if (needs.has(c)) {
          if (rowNeed[c] == null) {
            rowNeed[c] = ofFirst(c, footprint.rows());
          }
          rowNeed[c][row] = needs.get(c);
        }
      }
    }

    private int[] ofFirst(int chunk, int length) {
      int[] need = none(length);
      need[0] = firstNeed.get(chunk);
      return need;
    }

    boolean needs(int chunk) {
      return rowNeed[chunk] != null || firstNeed.has(chunk);
    }

    /** What row blocks that have been looked at need of a chunk. */
    int[] need(int chunk) {
      return rowNeed[chunk] == null ? ofFirst(chunk, rows) : Arrays.copyOf(rowNeed[chunk], rows);
    }

    private int need(int chunk, int row) {
      return rowNeed[chunk] == null ? Requirement.NONE : rowNeed[chunk][row];
    }

    /**
     * Whether the {@code count}-th row block after {@code row} follows from it.
     *
     * @param started what is complete when it starts
     * @return {@code count} if it does, otherwise for how many it may be
     */
    int steady(int row, int count, Requirement started) {
      boolean steady = comparisons == lastComparisons;
      int fewer = count / 2;
      for (int c = 0; c < CHUNKS; c++) {
        int need = need(c, row);
        steady &= need(c, row + count) == (need == Requirement.NONE ? need : need + count);
        int more = started.get(c) - before.get(c) - count * growth[c];
        steady &= more == 0;
        // What grows faster, by one a row block, is the greater from here on.
        if (more > 0 && more < count) {
          fewer = count - more;
        }
      }
      return steady ? count : fewer;
    }

    /** Those between do, too. */
    void fill(int row, int count) {
      for (int[] need : rowNeed) {
        if (need != null && need[row] != Requirement.NONE) {
          for (int i = 1; i < count; i++) {
            need[row + i] = need[row] + i;
          }
        }
      }
    }

    /**
     * Only the row blocks before {@code end} have been looked at, whatever was said of {@code row}.
     */
    void forget(int end, int row) {
      rows = end;
      for (int[] need : rowNeed) {
        if (need != null) {
          need[row] = Requirement.NONE;
        }
      }
    }
  }

  /** Units that a chunk has completed when all jobs so far are done. */
  int units(Chunk chunk) {
    return complete[chunk.ordinal()].units();
  }

  /**
   * Adds jobs and returns them with their waits.
   *
   * @param gang one job, or several on different chunks that run in step
   * @param layer that they belong to, see {@link Overlap}
   */
  List<Job> add(List<Job> gang, int layer) {
    List<Member> members = new ArrayList<>(gang.size());
    for (Job job : gang) {
      Member m = new Member(job, units(job.chunk().orElseThrow()), Footprint.of(job, arch));
      open(m);
      members.add(m);
    }
    for (Member m : members) {
      begin(m, layer);
    }
    if (members.size() == 1 && members.get(0).conflicts.isEmpty()) {
      rest(members.get(0));
    } else {
      rowByRow(members);
    }
    close(members);
    List<Job> result = new ArrayList<>(gang.size());
    for (int i = 0; i < members.size(); i++) {
      Member m = members.get(i);
      Chunk chunk = ALL_CHUNKS[m.chunk];
      limits.add(layer, chunk, units(chunk));
      result.add(m.job.withWaits(waits(members, i)));
    }
    return result;
  }

  private void open(Member m) {
    int end = m.unitsBefore + m.footprint.rows();
    for (Access a : m.footprint.accesses()) {
      boolean row = a.scope() == Footprint.Scope.ROW;
      int unit = row ? m.unitsBefore + 1 : end;
      MemoryUse use = new MemoryUse(m.chunk, a.write(), a.words(), a.parts(), unit, row ? 1 : 0);
      m.uses.add(memories.get(a.buffer()).add(use));
    }
  }

  private void close(List<Member> members) {
    for (Member m : members) {
      for (int i = 0; i < m.uses.size(); i++) {
        memories.get(m.footprint.accesses().get(i).buffer()).complete(m.uses.get(i));
      }
    }
    members.forEach(m -> m.uses.forEach(MemoryUse::close));
  }

  private List<Conflict> conflicts(Member m, Access a, Requirement start) {
    List<MemoryUse> uses = memories.get(a.buffer()).before(a, m.chunk, start);
    if (uses.isEmpty()) {
      return List.of();
    }
    List<Conflict> result = new ArrayList<>(uses.size());
    for (MemoryUse u : uses) {
      // A job may read a word, and then write it.
      if (!(m.uses.contains(u) && u.sameWords(a.words()))) {
        result.add(new Conflict(a, u));
      }
    }
    return result;
  }

  /** Accounts for row block (or LOAD unit) 0 and the tiles. */
  private void begin(Member m, int layer) {
    Requirement start = started[m.chunk];
    needs.clear();
    limits.before(layer, needs);
    List<Conflict> ofRows = new ArrayList<>();
    for (Access a : m.footprint.accesses()) {
      if (a.scope() != Footprint.Scope.TILE) {
        for (Conflict c : conflicts(m, a, start)) {
          if (a.scope() == Footprint.Scope.ROW) {
            ofRows.add(c);
            c.collect(0, needs);
          } else {
            for (int part = 0; part < a.parts(); part++) {
              c.collect(part, needs);
            }
          }
        }
      }
    }
    learn(m, 0, needs, start);
    m.atStart = start.copy();
    tiles(m, start);
    // What it has waited for now, no row block waits for again.
    ofRows.removeIf(c -> c.use().units() <= start.get(c.use().chunk));
    m.conflicts = ofRows;
    complete[m.chunk].add(start);
    done(m, 1);
  }

  private void tiles(Member m, Requirement start) {
    for (Access a : m.footprint.accesses()) {
      if (a.scope() == Footprint.Scope.TILE) {
        List<Conflict> conflicts = conflicts(m, a, start);
        if (!conflicts.isEmpty()) {
          tiles(m, a, conflicts, start);
        }
      }
    }
  }

  private void tiles(Member m, Access a, List<Conflict> conflicts, Requirement start) {
    Requirement all = new Requirement();
    for (int t = 0; t < a.parts(); t++) {
      needs.clear();
      for (Conflict c : conflicts) {
        c.collect(t, needs);
      }
      dropImplied(needs, m.atStart);
      for (int c = 0; c < CHUNKS; c++) {
        if (needs.has(c)) {
          set(m.tileNeed, c, a.parts(), t, needs.get(c));
        }
      }
      all.join(needs);
    }
    learn(start, all);
  }

  private static void set(int[][] need, int chunk, int length, int index, int units) {
    if (need[chunk] == null) {
      need[chunk] = none(length);
    }
    need[chunk][index] = units;
  }

  private static int[] none(int length) {
    int[] need = new int[length];
    Arrays.fill(need, Requirement.NONE);
    return need;
  }

  /** The other row blocks need nothing. */
  private void rest(Member m) {
    int rows = m.footprint.rows();
    if (rows > 1) {
      complete[m.chunk].add(started[m.chunk]);
      complete[m.chunk].extend(rows - 2);
      done(m, rows);
    }
  }

  /** One row block of each in turn. */
  private void rowByRow(List<Member> members) {
    int rows = 0;
    for (Member m : members) {
      rows = Math.max(rows, m.footprint.rows());
    }
    int next = 1;
    int notBefore = 0;
    while (next < rows) {
      for (Member m : members) {
        if (next < m.footprint.rows()) {
          row(m, next);
        }
      }
      next++;
      int steady = next < notBefore ? 0 : steadyRows(members, next);
      boolean tried = steady > WORTHWHILE;
      // Where not all are, the nearer ones may be.
      int skipped = 0;
      while (steady > WORTHWHILE && skipped != steady) {
        skipped = steady;
        steady = skip(members, next, steady);
      }
      if (steady > WORTHWHILE) {
        next += steady;
      } else if (tried) {
        notBefore = next + WORTHWHILE;
      }
    }
  }

  private void row(Member m, int row) {
    Requirement start = started[m.chunk];
    needs.clear();
    for (Conflict c : m.conflicts) {
      c.collect(row, needs);
    }
    learn(m, row, needs, start);
    complete[m.chunk].add(start);
    done(m, row + 1);
  }

  /**
   * For how many row blocks from {@code next} on all that may be needed stays or grows by one a row
   * block, and so does what follows from it.
   */
  private int steadyRows(List<Member> members, int next) {
    int count = Integer.MAX_VALUE;
    for (Member m : members) {
      count = Math.min(count, m.footprint.rows() - next);
      if (complete[m.chunk].growth() == null) {
        return 0;
      }
    }
    for (Member m : members) {
      for (Conflict c : m.conflicts) {
        count = Math.min(count, c.steady(next - 1));
        int units = c.units(next - 1);
        if (count > WORTHWHILE && units > 0) {
          Progress of = complete[c.use().chunk];
          boolean growing = of.isLatest(units) && isOf(members, c.use().chunk);
          count = growing ? count : Math.min(count, of.followers(units));
        }
      }
    }
    return count;
  }

  private static boolean isOf(List<Member> members, int chunk) {
    for (Member m : members) {
      if (m.chunk == chunk) {
        return true;
      }
    }
    return false;
  }

  /**
   * Accounts for steady row blocks at once: what is known when they start grows as it did at the
   * one before. That it does so is found at the last of them: being the greatest of numbers that
   * grow evenly, it is a convex function of the row block.
   *
   * @return {@code count}, or if it does not, and nothing has been done, for how many it may
   */
  private int skip(List<Member> members, int next, int count) {
    for (Member m : members) {
      Progress own = complete[m.chunk];
      m.before.set(started[m.chunk]);
      m.runs = own.runs();
      m.units = own.units();
      m.growth = own.growth();
      m.lastComparisons = m.comparisons;
      own.extend(count - 1);
      started[m.chunk].grow(m.growth, count - 1);
      done(m, next + count - 1);
    }
    int steady = count;
    for (int i = 0; i < members.size() && steady == count; i++) {
      Member m = members.get(i);
      row(m, next + count - 1);
      steady = m.steady(next - 1, count, started[m.chunk]);
    }
    for (Member m : members) {
      if (steady == count) {
        m.fill(next - 1, count);
      } else {
        complete[m.chunk].reset(m.runs, m.units);
        started[m.chunk].set(m.before);
        m.comparisons = m.lastComparisons;
        m.forget(next, next + count - 1);
        done(m, next);
      }
    }
    return steady;
  }

  /** A row block starts, and with it is known what it needs. */
  private void learn(Member m, int r, Requirement needs, Requirement start) {
    if (needs.has(m.chunk) && needs.get(m.chunk) > m.unitsBefore) {
      throw new IllegalStateException(m.job + " reads what it writes itself");
    }
    m.comparisons = dropImplied(needs, start);
    m.need(r, needs);
    learn(start, needs);
    m.rows = r + 1;
  }

  private static void done(Member m, int rows) {
    List<Access> accesses = m.footprint.accesses();
    for (int i = 0; i < accesses.size(); i++) {
      Access a = accesses.get(i);
      m.uses.get(i).done(a.scope() == Footprint.Scope.ROW ? rows : a.parts());
    }
  }

  /**
   * Drops needs that hold at {@code start} or that follow from another need.
   *
   * @return the outcome of each comparison, a bit each
   */
  private long dropImplied(Requirement needs, Requirement start) {
    if (needs.isNone()) {
      return 0;
    }
    Requirement all = allNeeds;
    all.set(needs);
    long comparisons = 0;
    for (int x = 0; x < CHUNKS; x++) {
      if (all.has(x)) {
        long outcome = all.get(x) <= start.get(x) ? 1 : 0;
        for (int y = 0; y < CHUNKS; y++) {
          boolean implied =
              y != x && all.get(y) > 0 && complete[y].implied(all.get(y), x) >= all.get(x);
          outcome = outcome << 1 | (implied ? 1 : 0);
        }
        if (outcome != 0) {
          needs.drop(x);
        }
        comparisons = comparisons << CHUNKS + 1 | outcome;
      }
    }
    return comparisons;
  }

  /** Adds to {@code known} all that {@code needs} implies. */
  private void learn(Requirement known, Requirement needs) {
    for (int c = 0; c < CHUNKS; c++) {
      if (needs.get(c) > 0) {
        complete[c].learn(needs.get(c), known);
        known.atLeast(c, needs.get(c));
      }
    }
  }

  private List<Wait> waits(List<Member> gang, int index) {
    Member m = gang.get(index);
    Chunk own = ALL_CHUNKS[m.chunk];
    boolean perRow = own != Chunk.LOAD && own != Chunk.STORE;
    WaitFitter fitter = new WaitFitter(m.footprint.rows(), m.footprint.tiles(), perRow);
    for (Chunk c : ALL_CHUNKS) {
      int x = c.ordinal();
      if (m.needs(x)) {
        fitter.byRow(c, m.need(x), () -> known(m, x), r -> available(gang, index, x, r));
      }
      if (m.tileNeed[x] != null) {
        fitter.byTile(c, m.tileNeed[x], m.atStart.get(x), available(gang, index, x, 0));
      }
    }
    return fitter.waits();
  }

  /** Units of chunk {@code x} that are complete at each row block anyway. */
  private int[] known(Member m, int x) {
    int[] known = complete[m.chunk].implied(m.unitsBefore + 1, m.rows, x);
    known[0] = m.atStart.get(x);
    return known;
  }

  /** Units of chunk {@code x} that come before row block {@code r} of a job of the gang. */
  private int available(List<Member> gang, int index, int x, int r) {
    if (x == gang.get(index).chunk) {
      return gang.get(index).unitsBefore;
    }
    for (int i = 0; i < gang.size(); i++) {
      Member other = gang.get(i);
      if (other.chunk == x) {
        return other.unitsBefore + Math.min(other.footprint.rows(), i < index ? r + 1 : r);
      }
    }
    return complete[x].units();
  }
}
