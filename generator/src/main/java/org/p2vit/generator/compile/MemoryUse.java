package org.p2vit.generator.compile;

/** What a job of a chunk reads or writes of a memory, and with which units it is done. */
final class MemoryUse {
  final int chunk;
  final boolean write;
  private final Words words;
  private final int planned;

  /** Units that the chunk has completed when the first part is done, and how many more a part. */
  private final int unit;

  private final int step;
  private final boolean gapless;

  /** The words that are still its own: later uses took the others. */
  private int low;

  private int end;

  /** Parts of which that can be said; those of an earlier job that this one goes on with. */
  private int parts;

  private int earlier;

  /** Its job, or one that runs in step with it, is in work. */
  private boolean open = true;

  /**
   * @param planned parts in all
   * @param unit that completes the first part
   * @param step 1 if each part is completed by a unit of its own, 0 if all are by the same
   */
  MemoryUse(int chunk, boolean write, Words words, int planned, int unit, int step) {
    this.chunk = chunk;
    this.write = write;
    this.words = words;
    this.planned = planned;
    this.unit = unit;
    this.step = step;
    low = words.low();
    end = words.end(planned);
    gapless = words.isGapless(planned);
  }

  /** The job is done with so many of its parts. */
  void done(int ofJob) {
    parts = earlier + ofJob;
  }

  boolean isOpen() {
    return open;
  }

  void close() {
    open = false;
  }

  /** The units that complete all of it. */
  int units() {
    return unit + step * (planned - 1);
  }

  /** Whether it may have to do with the words {@code from} to {@code to}. */
  boolean near(int from, int to) {
    return from < end && to >= low;
  }

  /** Whether others' parts lie between its own, so that they have no word in common. */
  boolean isBeside(Words other) {
    return words.isBeside(other);
  }

  /** Units that complete the last part that has one of these words, or {@link Requirement#NONE}. */
  int unitsOf(int from, int count) {
    int to = Math.min(from + count, end) - 1;
    int begin = Math.max(from, low);
    int last = begin <= to && parts > 0 ? words.last(parts, begin, to) : -1;
    return last < 0 ? Requirement.NONE : unit + step * last;
  }

  boolean sameWords(Words other) {
    return words.equals(other);
  }

  /** Takes away what another, later use has; returns whether nothing is left. */
  boolean giveUp(MemoryUse other) {
    if (!near(other.low, other.end - 1)) {
      return false;
    }
    if (other.gapless) {
      if (other.low <= low && other.end >= end) {
        return true;
      }
      if (gapless) {
        // What lies on both sides of the other is kept as a whole: it only says more than it must.
        if (other.low <= low) {
          low = Math.max(low, other.end);
        } else if (other.end >= end) {
          end = Math.min(end, other.low);
        }
      }
    }
    return other.planned >= planned && other.words.equals(words);
  }

  /** The same use with those parts too that follow in the ring; null if they do not. */
  MemoryUse extended(MemoryUse next) {
    boolean follows =
        words.isRing()
            && next.chunk == chunk
            && next.write == write
            && step == 1
            && next.step == 1
            && next.unit == unit + parts
            && next.words.equals(
                new Words(
                    words.first(),
                    words.stride(),
                    words.count(),
                    (words.phase() + parts) % words.slots(),
                    words.shared(),
                    words.slots()));
    if (!follows) {
      return null;
    }
    MemoryUse both = new MemoryUse(chunk, write, words, planned + next.planned, unit, step);
    both.parts = parts;
    both.earlier = parts;
    return both;
  }

  /**
   * How many parts follow the given one of an access for each of which {@link #unitsOf} says the
   * same, or one more each, as long as this use, if it is open, is done with one part more each
   * time.
   */
  int steady(Words access, int part) {
    boolean alike =
        step == 1
            && access.stride() == words.stride()
            && access.slots() == words.slots()
            && access.shared() == 1
            && words.shared() == 1
            && low == words.low()
            && end == words.end(planned);
    if (!alike || words.isRing() && access.first() != words.first()) {
      return 0;
    }
    if (words.isRing()) {
      int latest = words.phase() + parts - 1;
      int behind = Math.floorMod(latest - access.phase() - part, words.slots());
      int left = open ? Integer.MAX_VALUE : behind;
      int index = latest - behind - words.phase();
      // Before its first part there is nothing.
      return index < 0 ? Math.min(left, -index - 1) : left;
    }
    int place = Math.floorDiv(access.at(part) + access.count() - 1 - words.at(0), words.stride());
    if (place < 0) {
      return -place - 1;
    }
    if (open) {
      return Integer.MAX_VALUE;
    }
    if (place > parts - 1) {
      return words.at(parts - 1) + words.count() <= access.at(part) ? Integer.MAX_VALUE : 0;
    }
    return parts - 1 - place;
  }
}
