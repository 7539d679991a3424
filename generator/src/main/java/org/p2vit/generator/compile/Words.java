package org.p2vit.generator.compile;

/**
 * Words of a memory in parts of equal size, in the order in which a job gets to them: part {@code
 * i} is {@code count} words from {@code first + (phase + i) / shared % slots * stride} on.
 *
 * @param stride from one place to the next, at least {@code count}
 * @param count words of a part
 * @param phase of part 0
 * @param shared parts that follow each other in the same place
 * @param slots places that are used in turn
 */
record Words(int first, int stride, int count, int phase, int shared, int slots) {
  private static final int NO_RING = Integer.MAX_VALUE;

  /** All in one part. */
  static Words one(int first, int count) {
    return rows(first, count, count);
  }

  static Words rows(int first, int stride, int count) {
    return new Words(first, Math.max(stride, count), count, 0, 1, NO_RING);
  }

  /** Several parts share a place, which holds its part of them all. */
  static Words shared(int first, int stride, int count, int phase, int shared) {
    return new Words(first, Math.max(stride, count), count, phase, shared, NO_RING);
  }

  static Words ring(int first, int stride, int count, int phase, int slots) {
    return new Words(first, Math.max(stride, count), count, phase, 1, slots);
  }

  boolean isRing() {
    return slots != NO_RING;
  }

  /** First word of a part. */
  int at(int part) {
    return first + (phase + part) / shared % slots * stride;
  }

  /** No part of the first {@code parts} has a word before this one. */
  int low() {
    return isRing() ? first : at(0);
  }

  /** Nor from this one on. */
  int end(int parts) {
    return (isRing() ? first + (slots - 1) * stride : at(parts - 1)) + count;
  }

  /** Whether there are no words between the parts. */
  boolean isGapless(int parts) {
    return !isRing() && (stride == count || low() + count == end(parts));
  }

  /** Whether both repeat alike, and the other's parts lie between these. */
  boolean isBeside(Words other) {
    if (isRing() || other.isRing() || stride != other.stride) {
      return false;
    }
    int behind = Math.floorMod(other.first - first, stride);
    return behind >= count && behind + other.count <= stride;
  }

  /**
   * The last of the first {@code parts} that has one of the words {@code from} to {@code to}, or -1
   * if none has.
   */
  int last(int parts, int from, int to) {
    if (isRing()) {
      return lastInRing(parts, from, to);
    }
    int last = (phase + parts - 1) / shared;
    int place = to < first ? -1 : Math.min(last, (to - first) / stride);
    if (place < phase / shared || first + place * stride + count <= from) {
      return -1;
    }
    return Math.min(parts, (place + 1) * shared - phase) - 1;
  }

  private int lastInRing(int parts, int from, int to) {
    int result = -1;
    int latest = phase + parts - 1;
    int begin = Math.max(0, from - first) / stride;
    for (int slot = begin; slot < slots && first + slot * stride <= to; slot++) {
      if (first + slot * stride + count > from) {
        result = Math.max(result, latest - Math.floorMod(latest - slot, slots) - phase);
      }
    }
    return Math.max(-1, result);
  }
}
