package org.p2vit.generator.timeline;

/** Cycles {@code from .. to-1}, at least one. */
public record Range(long from, long to) {
  public Range {
    if (from < 0 || to <= from) {
      throw new IllegalArgumentException(from + " to " + to);
    }
  }

  long cycles() {
    return to - from;
  }

  boolean overlaps(Range other) {
    return from < other.to && other.from < to;
  }
}
