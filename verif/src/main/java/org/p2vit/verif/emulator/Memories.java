package org.p2vit.verif.emulator;

import java.util.EnumMap;
import java.util.Map;
import java.util.Random;
import org.p2vit.numerics.Tables;
import org.p2vit.rtl.Architecture;
import org.p2vit.rtl.job.ParameterFormat;

/** All on-chip memories of an architecture, zero at first. */
public final class Memories {
  private final Map<BufferId, EmulatedBuffer> buffers = new EnumMap<>(BufferId.class);

  public Memories(Architecture arch) {
    Architecture.Buffers b = arch.buffers();
    int p = arch.requantColumns();
    add(BufferId.ACTIVATION, b.activationWords(), arch.rows() * arch.depth(), 8);
    add(BufferId.WEIGHT, b.weightWords(), arch.columns() * arch.depth(), 8);
    add(
        BufferId.RESIDUAL,
        b.residualWords(),
        arch.rows() * p,
        Architecture.RESIDUAL_CONTAINER_BITS);
    add(BufferId.VALUE, b.valueWords(), arch.shifterDepth() * arch.shifterColumns(), 8);
    add(BufferId.SCORE, b.scoreSlots() * b.scoreSlotWords(), arch.rows() * p, 8);
    add(BufferId.SCORE_MAX, b.scoreSlots(), arch.rows(), 8);
    add(
        BufferId.CODE,
        b.codeSlots() * b.codeSlotWords(),
        arch.rows() * arch.shifterDepth(),
        Tables.CODE_BITS);
    add(BufferId.PARAMETER, b.parameterWords(), p, ParameterFormat.BITS);
    add(BufferId.NORM_PARAMETER, b.normParameterWords(), p, ParameterFormat.BITS);
    add(BufferId.TABLE, 1, Architecture.TABLE_ENTRIES, 8);
  }

  private Memories(Memories other) {
    other.buffers.forEach((id, buffer) -> buffers.put(id, buffer.copy()));
  }

  private void add(BufferId id, int words, int lanes, int laneBits) {
    buffers.put(id, new EmulatedBuffer(id, words, lanes, laneBits));
  }

  public EmulatedBuffer get(BufferId id) {
    return buffers.get(id);
  }

  /** An independent copy. */
  public Memories copy() {
    return new Memories(this);
  }

  /**
   * Fills everything with random bytes (codes stay in their range), so that whatever reads memory
   * that nothing wrote gets a wrong result.
   */
  public void poison(long seed) {
    Random random = new Random(seed);
    for (EmulatedBuffer buffer : buffers.values()) {
      random.nextBytes(buffer.bytes());
      if (buffer.id() == BufferId.CODE) {
        byte[] codes = buffer.bytes();
        for (int i = 0; i < codes.length; i++) {
          codes[i] = (byte) ((codes[i] & 0xFF) % (Tables.CODE_ZERO + 1));
        }
      }
    }
  }
}
