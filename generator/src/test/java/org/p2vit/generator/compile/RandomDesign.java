package org.p2vit.generator.compile;

import java.util.function.UnaryOperator;
import org.p2vit.model.QuantizedModel;
import org.p2vit.model.RandomModels;
import org.p2vit.model.VitShape;
import org.p2vit.rtl.Architecture;

/**
 * A random small model and an architecture for it.
 *
 * @param seed the same seed gives the same design
 * @param images of a start, 1 to 3
 */
public record RandomDesign(long seed, QuantizedModel model, Architecture architecture, int images) {
  private static final int RESIDUAL_BITS = 16;
  private static final int PTF_MAX = 7;

  /** Weights of 8 bits, of 4, or of both, in turn. */
  public static RandomDesign of(long seed) {
    return make(seed, weightBits(seed), new RandomArchitectures(seed), a -> a);
  }

  public static RandomDesign of(long seed, RandomModels.WeightBits bits) {
    return make(seed, bits, new RandomArchitectures(seed), a -> a);
  }

  /** With few lanes of LayerNorm. */
  public static RandomDesign withSlowLayerNorm(long seed) {
    RandomArchitectures random = new RandomArchitectures(seed);
    return make(seed, weightBits(seed), random, random::withSlowLayerNorm);
  }

  private static RandomModels.WeightBits weightBits(long seed) {
    RandomModels.WeightBits[] all = RandomModels.WeightBits.values();
    return all[(int) (seed % all.length)];
  }

  private static RandomDesign make(
      long seed,
      RandomModels.WeightBits bits,
      RandomArchitectures random,
      UnaryOperator<Architecture> change) {
    Architecture core = change.apply(random.core(RESIDUAL_BITS));
    VitShape shape = random.shape(core);
    QuantizedModel model = RandomModels.model(seed, shape, bits, RESIDUAL_BITS, PTF_MAX);
    return new RandomDesign(seed, model, random.withBuffers(core, shape, true), random.images());
  }
}
