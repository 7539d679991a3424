package org.p2vit.generator.search;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.p2vit.model.VitShape;

/** Layers that share bits. */
class LayerGroupTest {
  private static final List<LayerGroup> GROUPS =
      LayerGroup.of(new VitShape(1, 4, 4, 2, 8, 2, 1, 16, 3));

  @Test
  void widenedByKindHasEachLayerOfTheBlocksOnceAndNothingElse() {
    var widened = LayerGroup.widenedByKind(GROUPS);
    assertEquals(4, widened.size());
    for (int g = 0; g < GROUPS.size(); g++) {
      int group = g;
      boolean inBlock = GROUPS.get(g).name().startsWith("blocks.");
      assertEquals(
          inBlock ? 1 : 0,
          widened.stream().filter(a -> a.wide(group)).count(),
          GROUPS.get(g).name());
    }
  }

  @Test
  void widenedByKindTakesTheSameLayerOfEveryBlock() {
    for (Allocation a : LayerGroup.widenedByKind(GROUPS)) {
      List<String> kinds =
          IntStream.range(0, GROUPS.size())
              .filter(a::wide)
              .mapToObj(g -> GROUPS.get(g).name().replaceFirst("blocks\\.\\d+\\.", ""))
              .toList();
      assertEquals(2, kinds.size(), kinds.toString());
      assertEquals(1, kinds.stream().distinct().count(), kinds.toString());
    }
  }
}
