package org.p2vit.verif.chunk;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** What STORE wrote to external memory, against the emulator's output region. */
final class StoredCheck {
  private StoredCheck() {}

  /**
   * @param base of the output region
   * @param expected the region as the emulator left it, zeros where nothing was written
   */
  static void check(List<BenchEvent> events, long base, byte[] expected, int beatBytes) {
    byte[] found = new byte[expected.length];
    Deque<BenchEvent.Burst> bursts = new ArrayDeque<>();
    int beat = 0;
    for (BenchEvent event : events) {
      if (event instanceof BenchEvent.Burst b) {
        bursts.add(b);
      } else if (event instanceof BenchEvent.Beat b) {
        BenchEvent.Burst burst = bursts.element();
        long at = burst.address() - base + (long) beat * beatBytes;
        if (at < 0 || at + beatBytes > found.length) {
          throw new AssertionError("cycle " + b.cycle() + ": writes output byte " + at);
        }
        for (int i = 0; i < beatBytes; i++) {
          found[(int) at + i] = b.data().shiftRight(8 * i).byteValue();
        }
        if (b.last() != (beat == burst.length())) {
          throw new AssertionError("cycle " + b.cycle() + ": last is wrong in " + burst);
        }
        beat = b.last() ? 0 : beat + 1;
        if (b.last()) {
          bursts.remove();
        }
      }
    }
    for (int i = 0; i < found.length; i++) {
      if (found[i] != expected[i]) {
        throw new AssertionError(
            "output byte " + i + " is " + found[i] + ", expected " + expected[i]);
      }
    }
  }
}
