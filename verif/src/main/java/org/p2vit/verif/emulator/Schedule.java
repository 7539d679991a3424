package org.p2vit.verif.emulator;

import java.util.Random;
import org.p2vit.rtl.Chunk;

/** Which of the chunks that could go on does. */
public sealed interface Schedule {

  /** Something that a chunk can do now. */
  enum Action {
    /** Read the operands of the next row block (and tile, or LOAD unit) and compute. */
    START,
    /** Let the oldest results reach memory and count the unit. */
    FINISH
  }

  /**
   * A chunk's possible action.
   *
   * @param job index in the program of the job that it belongs to
   */
  record Choice(Chunk chunk, Action action, int job) {}

  /** Index of the chosen one of {@code count} choices. */
  int choose(Choice[] choices, int count);

  /** Steps whose results a chunk may hold back from memory. */
  int inFlight();

  /** Always the earliest job in the program that can go on; results reach memory at once. */
  static Schedule programOrder() {
    return new ProgramOrder();
  }

  /**
   * Any order that waits, order inside a chunk, queue sizes and write delays permit. Chunks are
   * starved and favoured for random stretches.
   */
  static Schedule adversarial(long seed) {
    return new Adversarial(seed);
  }

  /** See {@link #programOrder}. */
  final class ProgramOrder implements Schedule {
    @Override
    public int choose(Choice[] choices, int count) {
      int best = 0;
      for (int i = 1; i < count; i++) {
        if (choices[i].job() < choices[best].job()) {
          best = i;
        }
      }
      return best;
    }

    @Override
    public int inFlight() {
      return 1;
    }
  }

  /** See {@link #adversarial}. */
  final class Adversarial implements Schedule {
    private static final int IN_FLIGHT = 3;
    private final Random random;
    private final double[][] weight = new double[Chunk.values().length][Action.values().length];
    private int stretch;

    private Adversarial(long seed) {
      random = new Random(seed);
    }

    @Override
    public int choose(Choice[] choices, int count) {
      if (stretch-- <= 0) {
        stretch = 1 << random.nextInt(8);
        for (double[] w : weight) {
          for (int i = 0; i < w.length; i++) {
            w[i] = Math.exp(6 * random.nextGaussian());
          }
        }
      }
      double total = 0;
      for (int i = 0; i < count; i++) {
        total += of(choices[i]);
      }
      double at = random.nextDouble() * total;
      for (int i = 0; i < count - 1; i++) {
        at -= of(choices[i]);
        if (at < 0) {
          return i;
        }
      }
      return count - 1;
    }

    private double of(Choice c) {
      return weight[c.chunk().ordinal()][c.action().ordinal()];
    }

    @Override
    public int inFlight() {
      return IN_FLIGHT;
    }
  }
}
