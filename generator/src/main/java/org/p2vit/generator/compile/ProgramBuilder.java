package org.p2vit.generator.compile;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.p2vit.generator.compile.ProgramOrder.Gang;
import org.p2vit.rtl.Architecture;

/**
 * Puts jobs in order: those of the network as given, each LOAD as early as its place in the buffer
 * is free of segments that jobs placed later still use, and not before its layer if layers may not
 * overlap.
 */
final class ProgramBuilder {

  /** Jobs that need segments. */
  private record Step(int image, int layer, List<Segment> uses, Supplier<List<TracedJob>> jobs) {}

  private final Overlap overlap;
  private final int prefetch;
  private final List<Step> steps = new ArrayList<>();

  /** When each is loaded: the place in the order, and the layer for which it is. */
  private final Map<Segment, Turn> loads = new LinkedHashMap<>();

  private final List<Gang> order = new ArrayList<>();
  private List<Segment> queue = List.of();
  private int placed;
  private int image;
  private int layer;

  private record Turn(int index, int layer) {}

  ProgramBuilder(Architecture arch, Overlap overlap) {
    this.overlap = overlap;
    // More would fill LOAD's queue and hold up the dispatch of the jobs that follow.
    prefetch = arch.jobQueue();
  }

  /** Steps so far. */
  int steps() {
    return steps.size();
  }

  /** The steps that follow work for this image. */
  void forImage(int of) {
    image = of;
  }

  /** The steps that follow belong to the next layer, see {@link Overlap}. */
  void nextLayer() {
    layer++;
  }

  /**
   * Adds jobs.
   *
   * @param uses segments that they read, to be loaded in this order
   * @param jobs one, or a gang (see {@link HazardTracker}); asked for when the segments have places
   */
  void step(List<Segment> uses, Supplier<List<TracedJob>> jobs) {
    for (Segment s : uses) {
      s.usedBy(steps.size());
      loads.putIfAbsent(s, new Turn(loads.size(), layer));
    }
    steps.add(new Step(image, layer, uses, jobs));
  }

  /** All jobs in their order. */
  List<Gang> build() {
    queue = List.copyOf(loads.keySet());
    int needed = 0;
    for (int i = 0; i < steps.size(); i++) {
      Step step = steps.get(i);
      for (Segment s : step.uses()) {
        needed = Math.max(needed, loads.get(s).index() + 1);
      }
      load(step, i, needed);
      if (placed < needed) {
        throw new IllegalStateException("no place for what step " + i + " needs");
      }
      order.add(new Gang(step.image(), step.layer(), step.jobs().get()));
      // After the job, not before: while it runs, none of these holds up the dispatch of the next.
      load(step, i + 1, needed + prefetch);
    }
    return order;
  }

  /** Places loads, up to the {@code end}th, as long as there is room for them before a step. */
  private void load(Step owner, int before, int end) {
    while (placed < Math.min(queue.size(), end)) {
      Segment s = queue.get(placed);
      int of = loads.get(s).layer();
      boolean early = before < s.earliest() || of > owner.layer() && !overlap.interLayer();
      if (early || !s.ring().place(s, before)) {
        return;
      }
      TracedJob job = new TracedJob(s.job(), s.purpose(), Optional.empty());
      order.add(new Gang(owner.image(), of, List.of(job)));
      placed++;
    }
  }
}
