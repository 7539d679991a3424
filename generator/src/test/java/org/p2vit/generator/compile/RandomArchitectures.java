package org.p2vit.generator.compile;

import java.util.Random;
import org.p2vit.model.VitShape;
import org.p2vit.rtl.Architecture;

/** Random small architectures and shapes that fit each other. */
public final class RandomArchitectures {
  private final Random random;

  public RandomArchitectures(long seed) {
    random = new Random(seed);
  }

  /** A shape whose heads suit the architecture {@link #core} makes. */
  public VitShape shape(Architecture core) {
    int headDim = Math.max(core.depth(), core.shifterColumns()) * (1 + random.nextInt(2));
    int heads = 1 + random.nextInt(3);
    int patch = 1 + random.nextInt(3);
    int channels = random.nextBoolean() ? 1 : 3;
    int height = patch * (1 + random.nextInt(5));
    int width = patch * (1 + random.nextInt(5));
    return new VitShape(
        channels,
        height,
        width,
        patch,
        headDim * heads,
        1 + random.nextInt(2),
        heads,
        1 + random.nextInt(70),
        2 + random.nextInt(20));
  }

  /** An array and lanes; the buffers are not meant to be used. */
  public Architecture core(int residualBits) {
    while (true) {
      int rows = power(0, 3);
      int columns = Math.max(rows, power(0, 4));
      int depth = power(2, 4);
      int p = Math.min(power(0, 3), Math.min(columns, depth));
      int shifterColumns = Math.max(p, power(0, 3));
      int shifterDepth = Math.max(Math.max(rows, p), power(0, 4));
      int beat = Math.min(4 << random.nextInt(2), Math.min(rows * p * 2, rows * depth));
      if (beat < 4) {
        continue;
      }
      return new Architecture(
          rows,
          columns,
          depth,
          rows * p,
          Math.min(rows * p, power(0, 3)),
          shifterColumns,
          shifterDepth,
          residualBits,
          7,
          4096,
          1024,
          256,
          power(0, 3),
          new Architecture.Axi(beat * 8, 32, 16, 4),
          new Architecture.Buffers(1, 1, 1, 1, 1, 1, 1, 1, 1, 1));
    }
  }

  /** With at most half as many LayerNorm lanes as the re-quantizer has, if that has several. */
  public Architecture withSlowLayerNorm(Architecture a) {
    return new Architecture(
        a.rows(),
        a.columns(),
        a.depth(),
        a.requantLanes(),
        Math.max(1, a.requantLanes() >> 1 + random.nextInt(3)),
        a.shifterColumns(),
        a.shifterDepth(),
        a.residualBits(),
        a.ptfMax(),
        a.maxDepth(),
        a.maxChannels(),
        a.maxTokens(),
        a.jobQueue(),
        a.axi(),
        a.buffers());
  }

  /** The architecture with buffers that hold the network, from barely to comfortably. */
  public Architecture withBuffers(Architecture core, VitShape shape, boolean weights4) {
    BufferNeeds n = BufferNeeds.of(shape, weights4, core);
    Architecture.Buffers buffers =
        new Architecture.Buffers(
            n.activationWords() + random.nextInt(2 * n.dimWords()),
            n.keyWords() + slack(n.tileWords()),
            n.residualWords() + random.nextInt(2) * 8 * n.tileParameterWords(),
            slack(n.valueWords()),
            1 + random.nextInt(n.rowBlocks() + 1),
            n.scoreSlotWords() + random.nextInt(2),
            1 + random.nextInt(n.rowBlocks() + 1),
            n.codeSlotWords() + random.nextInt(2),
            slack(n.tileParameterWords()),
            slack(n.normParameterWords()));
    return core.withBuffers(buffers);
  }

  /** Images of a start. */
  public int images() {
    return 1 + random.nextInt(3);
  }

  /** One to seven times as much, or a bit more than once. */
  private int slack(int words) {
    return words * (random.nextInt(3) == 0 ? 1 : 1 + random.nextInt(7)) + random.nextInt(words + 1);
  }

  private int power(int low, int high) {
    return 1 << low + random.nextInt(high - low + 1);
  }
}
