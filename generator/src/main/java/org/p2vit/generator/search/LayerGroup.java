package org.p2vit.generator.search;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.p2vit.model.VitShape;

/**
 * Layers whose weights get the same bits. Query, key and value go together: they read one
 * LayerNorm, whose scales depend on the bits of all three.
 *
 * @param name {@code patch_embedding}, {@code blocks.i.qkv}, {@code blocks.i.projection}, {@code
 *     blocks.i.fc1}, {@code blocks.i.fc2}, {@code head}
 * @param layers names as in {@link org.p2vit.quantize.QuantizeOptions}
 * @param weights of these layers
 * @param macs multiply-accumulates an image
 */
public record LayerGroup(String name, List<String> layers, long weights, long macs) {

  /** All groups of a model, in order of execution. */
  public static List<LayerGroup> of(VitShape s) {
    long square = (long) s.dim() * s.dim();
    long wide = (long) s.dim() * s.mlpDim();
    List<LayerGroup> groups = new ArrayList<>();
    groups.add(single("patch_embedding", (long) s.patchDim() * s.dim(), s.patches()));
    for (int i = 0; i < s.depth(); i++) {
      String block = "blocks." + i + ".";
      List<String> qkv = List.of(block + "query", block + "key", block + "value");
      groups.add(new LayerGroup(block + "qkv", qkv, 3 * square, 3 * square * s.tokens()));
      groups.add(single(block + "projection", square, s.tokens()));
      groups.add(single(block + "fc1", wide, s.tokens()));
      groups.add(single(block + "fc2", wide, s.tokens()));
    }
    groups.add(single("head", (long) s.dim() * s.classes(), 1));
    return List.copyOf(groups);
  }

  private static LayerGroup single(String layer, long weights, long rows) {
    return new LayerGroup(layer, List.of(layer), weights, weights * rows);
  }

  /** For each kind of layer in blocks an allocation with all layers of that kind at 8 bits. */
  static Collection<Allocation> widenedByKind(List<LayerGroup> groups) {
    Map<String, Allocation> byKind = new LinkedHashMap<>();
    for (int g = 0; g < groups.size(); g++) {
      String name = groups.get(g).name();
      if (name.startsWith("blocks.")) {
        String kind = name.substring(name.lastIndexOf('.') + 1);
        Allocation narrow = Allocation.uniform(groups.size(), Allocation.NARROW);
        Allocation sofar = byKind.getOrDefault(kind, narrow);
        byKind.put(kind, sofar.with(g, Allocation.WIDE));
      }
    }
    return byKind.values();
  }

  /** Bits by layer. */
  static Map<String, Integer> layerBits(List<LayerGroup> groups, Allocation allocation) {
    Map<String, Integer> bits = new LinkedHashMap<>();
    for (int g = 0; g < groups.size(); g++) {
      for (String layer : groups.get(g).layers()) {
        bits.put(layer, allocation.bits(g));
      }
    }
    return bits;
  }
}
