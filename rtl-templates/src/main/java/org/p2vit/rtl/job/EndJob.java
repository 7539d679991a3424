package org.p2vit.rtl.job;

import java.util.List;
import java.util.Optional;
import org.p2vit.rtl.Chunk;

/** Ends the program: when its waits hold, the engine is done and raises the interrupt. */
public record EndJob(List<Wait> waits) implements Job {

  @Override
  public EndJob withWaits(List<Wait> other) {
    return new EndJob(other);
  }

  @Override
  public Optional<Chunk> chunk() {
    return Optional.empty();
  }

  @Override
  public int units() {
    return 0;
  }
}
