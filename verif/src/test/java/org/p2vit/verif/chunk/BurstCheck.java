package org.p2vit.verif.chunk;

import java.util.List;
import org.p2vit.rtl.Architecture;

/** Every burst must be one that AXI4 allows. */
final class BurstCheck {
  private static final long PAGE = 4096;
  private final Architecture.Axi axi;

  BurstCheck(Architecture.Axi axi) {
    this.axi = axi;
  }

  void check(List<BenchEvent> events) {
    for (BenchEvent event : events) {
      if (event instanceof BenchEvent.Burst b) {
        long last = b.address() + (long) (b.length() + 1) * axi.bytes() - 1;
        if (b.address() % axi.bytes() != 0
            || b.address() / PAGE != last / PAGE
            || b.length() >= axi.burstBeats()) {
          throw new AssertionError("illegal burst " + b);
        }
      }
    }
  }
}
