package org.p2vit.generator.timeline;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.p2vit.rtl.Chunk;

/** Chooses what is worth a closer look: the start, where the array lost most cycles, the end. */
final class Excerpts {
  /** Jobs of the array that an excerpt shows, about: their names should fit. */
  private static final int JOBS = 12;

  private static final int WORST = 2;

  /** Worst ranges start at multiples of this part of their length. */
  private static final int STEPS = 8;

  private Excerpts() {}

  /**
   * A part of the run.
   *
   * @param why it is shown
   */
  record Excerpt(Range range, String why) {}

  /** In order, without overlap; none if the run is hardly longer than an excerpt. */
  static List<Excerpt> choose(Timeline timeline) {
    long all = timeline.cycles();
    long length = niceBelow(JOBS * all / Math.max(1, timeline.jobs(Chunk.MATMUL).size()));
    if (length * 3 > all) {
      return List.of();
    }
    List<Excerpt> chosen = new ArrayList<>();
    chosen.add(new Excerpt(new Range(0, length), "the start"));
    chosen.add(new Excerpt(new Range(all - length, all), "the end"));
    for (int i = 0; i < WORST; i++) {
      worst(timeline, length, chosen)
          .ifPresent(range -> chosen.add(new Excerpt(range, "most idle")));
    }
    chosen.sort(Comparator.comparingLong(e -> e.range().from()));
    return chosen;
  }

  private static Optional<Range> worst(Timeline timeline, long length, List<Excerpt> apartFrom) {
    long step = Math.max(1, length / STEPS);
    Range worst = null;
    long most = 0;
    for (long from = 0; from + length <= timeline.cycles(); from += step) {
      Range range = new Range(from, from + length);
      long lost = timeline.activity().idle(range.from(), range.to());
      if (lost > most && apartFrom.stream().noneMatch(e -> range.overlaps(e.range()))) {
        worst = range;
        most = lost;
      }
    }
    return Optional.ofNullable(worst);
  }

  /** The largest of 1, 2, 5, 10, 20, ... that is not above. */
  static long niceBelow(long value) {
    long power = 1;
    while (power * 10 <= value) {
      power *= 10;
    }
    return value >= 5 * power ? 5 * power : value >= 2 * power ? 2 * power : power;
  }
}
