package org.p2vit.generator.cycles;

import java.util.LinkedHashMap;
import java.util.Map;
import org.p2vit.model.Attention;
import org.p2vit.model.Block;
import org.p2vit.model.Linear;
import org.p2vit.model.QuantizedModel;

/**
 * Multiplications of an image by layer, in those of 8 x 8 bits: with 4-bit weights the array makes
 * two at once. Their sum is {@link QuantizedModel#multiplierMacs}.
 */
final class LayerMacs {
  private final Map<String, Double> macs = new LinkedHashMap<>();

  private LayerMacs() {}

  /** By the names that {@link CycleReport} gives to layers. */
  static Map<String, Double> of(QuantizedModel model) {
    LayerMacs all = new LayerMacs();
    double tokens = model.shape().tokens();
    all.add("embed", model.shape().patches(), model.patchEmbedding());
    for (Block block : model.blocks()) {
      Attention a = block.attention();
      all.add("blocks.*.query", tokens, a.query());
      all.add("blocks.*.key", tokens, a.key());
      all.add("blocks.*.value", tokens, a.value());
      all.macs.merge("blocks.*.scores", tokens * tokens * model.shape().dim(), Double::sum);
      all.add("blocks.*.residual1", tokens, a.projection());
      all.add("blocks.*.hidden", tokens, block.mlp().fc1());
      all.add("blocks.*.residual2", tokens, block.mlp().fc2());
    }
    all.add("logits", 1, model.head());
    return all.macs;
  }

  private void add(String layer, double rows, Linear linear) {
    macs.merge(layer, rows * linear.in() * linear.out() * linear.weightBits() / 8, Double::sum);
  }
}
