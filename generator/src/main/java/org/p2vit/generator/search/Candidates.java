package org.p2vit.generator.search;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.p2vit.model.Block;
import org.p2vit.model.Mlp;
import org.p2vit.model.QuantizedModel;
import org.p2vit.model.Residual;

/**
 * Models of any allocation, put together from a few that are quantized as a whole. The quantizer
 * chooses the scales of the residual stream by what the float model's tensors hold, not by weight
 * bits, so an attention of one model fits an MLP of another. Inside attention, values and
 * projection share scales that may depend on the bits of both: an attention is taken whole.
 */
final class Candidates {
  private final Map<Allocation, QuantizedModel> models;
  private final QuantizedModel first;

  /**
   * @param models all that {@link #needed} lists, by their bits
   * @throws IllegalStateException naming a tensor whose scales differ
   */
  Candidates(Map<Allocation, QuantizedModel> models) {
    this.models = new LinkedHashMap<>(models);
    first = models.values().iterator().next();
    models.values().forEach(this::checkScales);
  }

  /**
   * What has to be quantized for a model of so many blocks: 4 bits everywhere, 8 bits everywhere,
   * and both with the other bits in projections.
   */
  static List<Allocation> needed(List<LayerGroup> groups) {
    Allocation narrow = Allocation.uniform(groups.size(), Allocation.NARROW);
    Allocation wide = Allocation.uniform(groups.size(), Allocation.WIDE);
    Allocation narrowButProjections = narrow;
    Allocation wideButProjections = wide;
    for (int g = 0; g < groups.size(); g++) {
      if (groups.get(g).name().endsWith(".projection")) {
        narrowButProjections = narrowButProjections.with(g, Allocation.WIDE);
        wideButProjections = wideButProjections.with(g, Allocation.NARROW);
      }
    }
    return List.of(narrow, wide, narrowButProjections, wideButProjections);
  }

  /** The layers from the models that have their bits, each with the LayerNorm it reads. */
  QuantizedModel model(Allocation allocation) {
    QuantizedModel embedding = source(allocation, 0);
    List<Block> blocks = new ArrayList<>();
    int group = 1;
    for (int i = 0; i < first.blocks().size(); i++) {
      Block attention = source(allocation, group, group + 1).blocks().get(i);
      Block fc1 = source(allocation, group + 2).blocks().get(i);
      Block fc2 = source(allocation, group + 3).blocks().get(i);
      blocks.add(block(attention, fc1, fc2));
      group += 4;
    }
    QuantizedModel head = source(allocation, group);
    return new QuantizedModel(
        first.name(),
        first.shape(),
        first.residualBits(),
        first.preprocessing(),
        embedding.patchEmbedding(),
        embedding.position(),
        first.embed(),
        List.copyOf(blocks),
        head.norm(),
        head.head(),
        first.logitsExponent());
  }

  /** The first model with an allocation's bits in these groups. */
  private QuantizedModel source(Allocation allocation, int... groups) {
    return models.entrySet().stream()
        .filter(m -> Arrays.stream(groups).allMatch(g -> m.getKey().bits(g) == allocation.bits(g)))
        .findFirst()
        .orElseThrow()
        .getValue();
  }

  private static Block block(Block attention, Block fc1, Block fc2) {
    Mlp mlp =
        new Mlp(
            fc1.mlp().fc1(), fc1.mlp().activation(), fc2.mlp().hiddenExponent(), fc2.mlp().fc2());
    return new Block(
        attention.norm1(),
        attention.attention(),
        attention.residual1(),
        fc1.norm2(),
        mlp,
        attention.residual2());
  }

  private void checkScales(QuantizedModel other) {
    same("input", first.preprocessing().exponent(), other.preprocessing().exponent());
    same("embed", first.embed(), other.embed());
    for (int i = 0; i < first.blocks().size(); i++) {
      String name = "blocks." + i + ".";
      Block a = first.blocks().get(i);
      Block b = other.blocks().get(i);
      same(name + "residual1", a.residual1(), b.residual1());
      same(name + "activation", a.mlp().activation().exponent(), b.mlp().activation().exponent());
      same(name + "residual2", a.residual2(), b.residual2());
    }
    same("logits", first.logitsExponent(), other.logitsExponent());
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
              + ": models with 4-bit and with 8-bit weights have other scales of it;"
              + " their layers cannot be exchanged");
    }
  }
}
