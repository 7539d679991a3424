package org.p2vit.generator.compile;

import java.util.HashMap;
import java.util.Map;
import org.p2vit.rtl.Chunk;

/**
 * What a job must wait for only because it may not overlap with it: earlier jobs of its layer, of
 * other layers, or both. All overlap means no limit.
 */
final class OverlapLimits {
  private final Overlap overlap;

  /** Of each layer: units of each chunk that are complete when all its jobs so far are. */
  private final Map<Integer, Requirement> done = new HashMap<>();

  OverlapLimits(Overlap overlap) {
    this.overlap = overlap;
  }

  /** Adds to {@code needs} what a job of the layer must wait for. */
  void before(int layer, Requirement needs) {
    if (overlap.equals(Overlap.FULL)) {
      return;
    }
    done.forEach(
        (other, units) -> {
          if (other == layer ? !overlap.intraLayer() : !overlap.interLayer()) {
            needs.join(units);
          }
        });
  }

  /** A job of the layer is complete with these units of its chunk. */
  void add(int layer, Chunk chunk, int units) {
    if (overlap.equals(Overlap.FULL)) {
      return;
    }
    done.computeIfAbsent(layer, l -> new Requirement()).atLeast(chunk.ordinal(), units);
  }
}
