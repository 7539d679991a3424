package org.p2vit.generator.compile;

import java.util.ArrayList;
import java.util.List;
import org.p2vit.generator.compile.Footprint.Access;

/** What of a memory has been written by whom, and has been read since. */
final class MemoryState {
  private final OnChip buffer;
  private final int words;

  /**
   * All that may still have to be waited for. Some of it may have been overwritten in parts: who
   * did that has waited for it, so that whoever waits for him need not.
   */
  private final List<MemoryUse> uses = new ArrayList<>();

  MemoryState(OnChip buffer, int words) {
    this.buffer = buffer;
    this.words = words;
  }

  /**
   * Uses that a job of {@code chunk} which has this access may have to wait for. A chunk's writes
   * come after its own earlier reads and writes.
   *
   * @param known units that it need not wait for
   */
  List<MemoryUse> before(Access access, int chunk, Requirement known) {
    int low = access.low();
    int end = access.end();
    if (low < 0 || end > words) {
      throw new IllegalStateException(
          "words %d to %d of %s, which has %d".formatted(low, end - 1, buffer, words));
    }
    List<MemoryUse> result = List.of();
    boolean written = access.write();
    for (MemoryUse u : uses) {
      if (u.near(low, end - 1)) {
        written |= u.write;
        boolean conflict = access.write() ? u.chunk != chunk : u.write;
        if (conflict && u.units() > known.get(u.chunk) && !u.isBeside(access.words())) {
          if (result.isEmpty()) {
            result = new ArrayList<>(2);
          }
          result.add(u);
        }
      }
    }
    if (!written) {
      throw new IllegalStateException(
          "what is in words %d to %d of %s is read but not written"
              .formatted(low, end - 1, buffer));
    }
    return result;
  }

  /** A use begins; nothing of it is done. */
  MemoryUse add(MemoryUse use) {
    for (int i = 0; i < uses.size(); i++) {
      MemoryUse longer = uses.get(i).extended(use);
      if (longer != null) {
        uses.set(i, longer);
        return longer;
      }
    }
    uses.add(use);
    return use;
  }

  /** A use is complete: nobody need wait for what it has overwritten, or read again. */
  void complete(MemoryUse use) {
    int left = 0;
    for (int i = 0; i < uses.size(); i++) {
      MemoryUse u = uses.get(i);
      boolean done =
          !u.isOpen() && (use.write || !u.write && u.chunk == use.chunk) && u.giveUp(use);
      if (!done) {
        uses.set(left++, u);
      }
    }
    while (uses.size() > left) {
      uses.remove(uses.size() - 1);
    }
  }
}
