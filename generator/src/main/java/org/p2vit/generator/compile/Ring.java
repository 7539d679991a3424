package org.p2vit.generator.compile;

import java.util.ArrayList;
import java.util.List;

/**
 * Part of a buffer that segments take in turn, each in consecutive words. Small segments follow
 * each other; large ones are put to one end or the other, so that what is left free is in one
 * piece.
 */
final class Ring {
  /** Large is what takes more than a part of so many. */
  private static final int LARGE = 8;

  private final int first;
  private final int words;
  private final List<Segment> live = new ArrayList<>();
  private int next;

  /**
   * @param first first word in the buffer
   * @param words size
   */
  Ring(int first, int words) {
    this.first = first;
    this.words = words;
  }

  int words() {
    return words;
  }

  /**
   * Gives the segment a place that is not held by one which {@code step} or a later one uses.
   *
   * @return whether there is such a place now
   */
  boolean place(Segment segment, int step) {
    if (segment.words() > words) {
      throw new IllegalStateException(segment.words() + " words do not fit a ring of " + words);
    }
    live.removeIf(s -> s.lastStep() < step);
    int top = words - segment.words();
    boolean large = segment.words() * LARGE > words;
    List<Integer> places = new ArrayList<>(large ? List.of(0, top, next) : List.of(next, 0, top));
    live.forEach(s -> places.add(s.word() + s.words() - first));
    for (int at : places) {
      if (at <= top && free(first + at, segment.words())) {
        segment.place(first + at);
        live.add(segment);
        next = at + segment.words();
        return true;
      }
    }
    return false;
  }

  private boolean free(int word, int count) {
    for (Segment s : live) {
      if (word < s.word() + s.words() && s.word() < word + count) {
        return false;
      }
    }
    return true;
  }
}
