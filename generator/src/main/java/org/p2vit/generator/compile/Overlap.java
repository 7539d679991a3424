package org.p2vit.generator.compile;

/**
 * Which jobs may run at the same time. A layer is, in this sense, the patch embedding, an attention
 * head, a linear layer of a block, or the classifier, each with the LayerNorm behind it and with
 * the loads of all that it needs (docs/ablation.md).
 *
 * @param interLayer jobs of different layers: a layer starts before those ahead of it have ended
 * @param intraLayer jobs of one layer: a chunk follows another row block by row block, and weights
 *     are loaded while others are in use
 */
public record Overlap(boolean interLayer, boolean intraLayer) {

  /** Whatever the data permit. */
  public static final Overlap FULL = new Overlap(true, true);
}
