package org.p2vit.generator.search;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.p2vit.model.Attention;
import org.p2vit.model.Block;
import org.p2vit.model.Mlp;
import org.p2vit.model.QuantizedModel;
import org.p2vit.model.Residual;

/**
 * Models of any allocation, put together from two that are quantized as a whole: all layers at 4
 * bits and all at 8. The quantizer chooses all scales between groups of layers by what the float
 * model's tensors hold, not by weight bits, so that groups of both fit together.
 */
final class Candidates {
  private final QuantizedModel narrow;
  private final QuantizedModel wide;

  /**
   * @throws IllegalStateException naming a tensor whose scales differ
   */
  Candidates(QuantizedModel narrow, QuantizedModel wide) {
    this.narrow = narrow;
    this.wide = wide;
    checkScales();
  }

  QuantizedModel narrow() {
    return narrow;
  }

  QuantizedModel wide() {
    return wide;
  }

  /** The groups of layers from the model that has their bits, each with the LayerNorm it reads. */
  QuantizedModel model(Allocation allocation) {
    QuantizedModel embedding = source(allocation, 0);
    List<Block> blocks = new ArrayList<>();
    int group = 1;
    for (int i = 0; i < narrow.blocks().size(); i++) {
      Block qkv = source(allocation, group++).blocks().get(i);
      Block projection = source(allocation, group++).blocks().get(i);
      Block fc1 = source(allocation, group++).blocks().get(i);
      Block fc2 = source(allocation, group++).blocks().get(i);
      blocks.add(block(qkv, projection, fc1, fc2));
    }
    QuantizedModel head = source(allocation, group);
    return new QuantizedModel(
        narrow.name(),
        narrow.shape(),
        narrow.residualBits(),
        narrow.preprocessing(),
        embedding.patchEmbedding(),
        embedding.position(),
        narrow.embed(),
        List.copyOf(blocks),
        head.norm(),
        head.head(),
        narrow.logitsExponent());
  }

  private QuantizedModel source(Allocation allocation, int group) {
    return allocation.wide(group) ? wide : narrow;
  }

  private static Block block(Block qkv, Block projection, Block fc1, Block fc2) {
    Attention a = qkv.attention();
    Attention attention =
        new Attention(
            a.query(),
            a.key(),
            a.value(),
            a.queryExponent(),
            a.keyExponent(),
            a.valueExponent(),
            a.scoreExponent(),
            a.contextShift(),
            projection.attention().projection());
    Mlp mlp =
        new Mlp(
            fc1.mlp().fc1(), fc1.mlp().activation(), fc2.mlp().hiddenExponent(), fc2.mlp().fc2());
    return new Block(qkv.norm1(), attention, qkv.residual1(), fc1.norm2(), mlp, qkv.residual2());
  }

  private void checkScales() {
    same("input", narrow.preprocessing().exponent(), wide.preprocessing().exponent());
    same("embed", narrow.embed(), wide.embed());
    for (int i = 0; i < narrow.blocks().size(); i++) {
      String name = "blocks." + i + ".";
      Block a = narrow.blocks().get(i);
      Block b = wide.blocks().get(i);
      same(name + "query", a.attention().queryExponent(), b.attention().queryExponent());
      same(name + "key", a.attention().keyExponent(), b.attention().keyExponent());
      same(name + "value", a.attention().valueExponent(), b.attention().valueExponent());
      same(name + "scores", a.attention().scoreExponent(), b.attention().scoreExponent());
      same(name + "context", a.attention().contextShift(), b.attention().contextShift());
      same(name + "residual1", a.residual1(), b.residual1());
      same(name + "activation", a.mlp().activation().exponent(), b.mlp().activation().exponent());
      same(name + "residual2", a.residual2(), b.residual2());
    }
    same("logits", narrow.logitsExponent(), wide.logitsExponent());
  }

  private static void same(String tensor, Residual a, Residual b) {
    same(tensor, a.exponent(), b.exponent());
    same(tensor, toInts(a.ptf()), toInts(b.ptf()));
  }

  private static int[] toInts(byte[] values) {
    int[] ints = new int[values.length];
    Arrays.setAll(ints, i -> values[i]);
    return ints;
  }

  private static void same(String tensor, int... exponents) {
    same(tensor, new int[] {exponents[0]}, new int[] {exponents[1]});
  }

  private static void same(String tensor, int[] a, int[] b) {
    if (!Arrays.equals(a, b)) {
      throw new IllegalStateException(
          tensor
              + ": the scales of a model with 4-bit weights and of one with 8-bit weights differ;"
              + " layers of the two cannot be exchanged");
    }
  }
}
