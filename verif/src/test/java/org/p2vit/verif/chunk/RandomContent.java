package org.p2vit.verif.chunk;

import java.util.Random;
import org.p2vit.numerics.Tables;
import org.p2vit.rtl.Architecture;
import org.p2vit.rtl.job.JobFormat;
import org.p2vit.rtl.job.ParameterFormat;
import org.p2vit.verif.emulator.BufferId;
import org.p2vit.verif.emulator.EmulatedBuffer;
import org.p2vit.verif.emulator.Memories;

/** Random memory content: uniform, zeros, extremes and small numbers, varying from word to word. */
final class RandomContent {
  private final Random random;
  private final Architecture arch;

  RandomContent(Random random, Architecture arch) {
    this.random = random;
    this.arch = arch;
  }

  Memories memories() {
    Memories memories = new Memories(arch);
    for (BufferId id : new BufferId[] {BufferId.ACTIVATION, BufferId.WEIGHT, BufferId.VALUE}) {
      integers(memories.get(id), 8);
    }
    integers(memories.get(BufferId.SCORE), 8);
    scoreMaxima(memories, arch);
    integers(memories.get(BufferId.RESIDUAL), arch.residualBits());
    random.nextBytes(memories.get(BufferId.TABLE).bytes());
    codes(memories.get(BufferId.CODE));
    outputParameters(memories.get(BufferId.PARAMETER));
    normParameters(memories.get(BufferId.NORM_PARAMETER));
    return memories;
  }

  private void integers(EmulatedBuffer buffer, int bits) {
    // A kind holds for a stretch of words, so that whole sums are extreme.
    int kind = 0;
    for (int w = 0; w < buffer.words(); w++) {
      if (random.nextInt(4) == 0) {
        kind = random.nextInt(8);
      }
      for (int i = 0; i < buffer.lanes(); i++) {
        buffer.set(w, i, integer(kind, bits));
      }
    }
  }

  private int integer(int kind, int bits) {
    int max = (1 << bits - 1) - 1;
    return switch (kind) {
      case 0 -> 0;
      case 1 -> max;
      case 2 -> -max - 1;
      case 3 -> random.nextBoolean() ? max : -max - 1;
      case 4 -> random.nextInt(7) - 3;
      default -> random.nextInt(1 << bits) - max - 1;
    };
  }

  /**
   * Puts the largest score of each slot's rows into column 0, so that it is the largest of any
   * number of columns, and into SCORE_MAX.
   */
  static void scoreMaxima(Memories memories, Architecture arch) {
    EmulatedBuffer score = memories.get(BufferId.SCORE);
    int p = arch.requantColumns();
    int slotWords = arch.buffers().scoreSlotWords();
    for (int slot = 0; slot < arch.buffers().scoreSlots(); slot++) {
      for (int r = 0; r < arch.rows(); r++) {
        long max = Byte.MIN_VALUE;
        for (int i = 0; i < slotWords * p; i++) {
          max = Math.max(max, score.get(slot * slotWords + i / p, r * p + i % p));
        }
        score.set(slot * slotWords, r * p, max);
        memories.get(BufferId.SCORE_MAX).set(slot, r, max);
      }
    }
  }

  private void codes(EmulatedBuffer buffer) {
    int kind = 0;
    for (int w = 0; w < buffer.words(); w++) {
      if (random.nextInt(4) == 0) {
        kind = random.nextInt(5);
      }
      for (int i = 0; i < buffer.lanes(); i++) {
        buffer.set(
            w,
            i,
            switch (kind) {
              case 0 -> Tables.CODE_ZERO;
              case 1 -> 0;
              case 2 -> random.nextBoolean() ? 15 : Tables.CODE_ZERO;
              default -> random.nextInt(Tables.CODE_ZERO + 1);
            });
      }
    }
  }

  private void outputParameters(EmulatedBuffer buffer) {
    for (int w = 0; w < buffer.words(); w++) {
      // The second half is for activations, whose second shift has another range.
      boolean activation = 2 * w >= buffer.words();
      for (int i = 0; i < buffer.lanes(); i++) {
        int second = activation ? random.nextInt(16) : random.nextInt(16) - 8;
        int shift = random.nextBoolean() ? random.nextInt(40) - 8 : random.nextInt(14);
        set(buffer, w, i, new ParameterFormat.Output(bias(), shift, second));
      }
    }
  }

  /** At most what leaves the sum of maxDepth products in 32 bits. */
  private int bias() {
    long limit = (1L << 31) - 1 - 128L * 128 * arch.maxDepth();
    long bias =
        switch (random.nextInt(4)) {
          case 0 -> 0;
          case 1 -> limit;
          default -> random.nextLong() >>> 33 + random.nextInt(31);
        };
    bias = Math.min(bias, limit);
    return (int) (random.nextBoolean() ? bias : -bias);
  }

  private void normParameters(EmulatedBuffer buffer) {
    for (int w = 0; w < buffer.words(); w++) {
      for (int i = 0; i < buffer.lanes(); i++) {
        int offset = random.nextInt() >> random.nextInt(32);
        int gain =
            switch (random.nextInt(6)) {
              case 0 -> 0;
              case 1 -> -2048;
              case 2 -> 2047;
              default -> random.nextInt(4096) - 2048;
            };
        int shift = random.nextBoolean() ? random.nextInt(32) : 8 + random.nextInt(14);
        int ptf = random.nextInt(arch.ptfMax() + 1);
        set(buffer, w, i, new ParameterFormat.Norm(offset, gain, shift, ptf));
      }
    }
  }

  private static void set(EmulatedBuffer buffer, int word, int lane, Record entry) {
    buffer.set(word, lane, JobFormat.encode(entry).longValue());
  }
}
