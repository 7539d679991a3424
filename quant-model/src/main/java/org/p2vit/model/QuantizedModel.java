package org.p2vit.model;

import java.util.List;

/**
 * An integer Vision Transformer with power-of-two scales only; docs/numerics.md says what it
 * computes, docs/model-format.md how it is stored.
 *
 * @param name for people
 * @param shape dimensions
 * @param residualBits B, 8 to 16
 * @param preprocessing of images
 * @param patchEmbedding patchDim to C
 * @param position T x C codes of the position embedding at {@code embed}'s exponents; row 0 is the
 *     class token's (section 3)
 * @param embed scale of the residual stream that enters block 0
 * @param blocks depth of them
 * @param norm the final LayerNorm
 * @param head C to classes
 * @param logitsExponent of the logits
 */
public record QuantizedModel(
    String name,
    VitShape shape,
    int residualBits,
    Preprocessing preprocessing,
    Linear patchEmbedding,
    short[] position,
    Residual embed,
    List<Block> blocks,
    Norm norm,
    Linear head,
    int logitsExponent) {

  /**
   * Multiply-accumulates of one image on a multiplier array, counted in 8-bit ones: with 4-bit
   * weights, one is half. Attention times V is not among them (it is shift-and-add).
   */
  public double multiplierMacs() {
    double tokens = shape.tokens();
    double macs = shape.patches() * cost(patchEmbedding) + cost(head);
    for (Block b : blocks) {
      Attention a = b.attention();
      double perToken =
          cost(a.query())
              + cost(a.key())
              + cost(a.value())
              + cost(a.projection())
              + cost(b.mlp().fc1())
              + cost(b.mlp().fc2());
      macs += tokens * perToken + tokens * tokens * shape.dim();
    }
    return macs;
  }

  private static double cost(Linear layer) {
    return (double) layer.in() * layer.out() * layer.weightBits() / 8;
  }
}
