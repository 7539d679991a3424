package org.p2vit.rtl.job;

import java.util.List;
import java.util.Optional;
import org.p2vit.rtl.Chunk;

/**
 * One entry of a program. The record components that carry {@link Bits} are its encoding; {@code
 * waits} go into the {@link Header}.
 */
public sealed interface Job
    permits LoadJob, MatMulJob, SoftmaxJob, ShifterJob, LayerNormJob, StoreJob, EndJob {

  /** At most three conditions; a job starts when all hold. */
  List<Wait> waits();

  /** The same job with other waits. */
  Job withWaits(List<Wait> other);

  /** The chunk that executes it; empty for {@link EndJob}, which the controller handles. */
  Optional<Chunk> chunk();

  /** Units by which it advances its chunk's progress counter. */
  int units();
}
