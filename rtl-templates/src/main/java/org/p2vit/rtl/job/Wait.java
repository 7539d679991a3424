package org.p2vit.rtl.job;

import org.p2vit.rtl.Chunk;

/**
 * A condition on another chunk's progress, the only synchronization between chunks.
 *
 * <p>Every chunk counts the units that it completed since the start of the program; a unit is
 * complete when its last write has reached memory. MATMUL, SOFTMAX, SHIFTER and LAYER_NORM complete
 * one unit a row block, LOAD one each {@link LoadJob#unitBeats} beats, STORE one a job. Counters
 * are {@value #COUNTER_BITS} bits wide and are compared modulo 2^{@value #COUNTER_BITS}. Before the
 * chunk starts row block {@code r} (and, in MATMUL, column tile {@code t}) of its job, it waits
 * until
 *
 * <pre>count(chunk) >= base + (perRow ? r : 0) + (perTile ? t : 0)</pre>
 *
 * in signed arithmetic; {@code base} may be negative (satisfied at once).
 *
 * @param enabled whether there is a condition at all
 * @param chunk whose counter
 * @param base the count needed for row block 0 and tile 0
 * @param perRow one more unit for each row block of the job
 * @param perTile one more unit for each column tile of the job (MATMUL only)
 */
public record Wait(
    @Bits(1) boolean enabled,
    @Bits(Chunk.INDEX_BITS) Chunk chunk,
    @Bits(value = Wait.COUNTER_BITS, signed = true) int base,
    @Bits(1) boolean perRow,
    @Bits(1) boolean perTile) {

  public static final int COUNTER_BITS = 24;

  /** No condition. */
  public static final Wait NONE = new Wait(false, Chunk.LOAD, 0, false, false);

  /** Waits once, at the start of the job, until {@code chunk} has completed {@code count} units. */
  public static Wait until(Chunk chunk, int count) {
    return new Wait(true, chunk, count, false, false);
  }

  /** Waits before row block {@code r} until {@code chunk} has completed {@code count + r} units. */
  public static Wait untilPerRow(Chunk chunk, int count) {
    return new Wait(true, chunk, count, true, false);
  }

  /**
   * Waits before column tile {@code t} until {@code chunk} has completed {@code count + t} units.
   */
  public static Wait untilPerTile(Chunk chunk, int count) {
    return new Wait(true, chunk, count, false, true);
  }
}
