package org.p2vit.generator.compile;

import java.util.ArrayList;
import java.util.List;

/** Part of a buffer that segments take in turn, each in consecutive words. */
final class Ring {
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
    for (int at : new int[] {next, 0}) {
      if (at + segment.words() <= words && free(first + at, segment.words())) {
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
