package org.p2vit.onnx;

/**
 * An ONNX tensor that depends on the image: elements of a {@link Source}, moved around and
 * multiplied by one factor. Tracking where every element comes from makes the match independent of
 * how an exporter spells a transposition or a split.
 *
 * @param tensor the ONNX tensor's own name
 * @param source what computed the elements
 * @param shape of this tensor
 * @param map flat index into the source for each element, null for all of them in order
 * @param scale factor
 */
record View(String tensor, Source source, int[] shape, int[] map, double scale) implements Value {

  static View of(Source source) {
    return new View(source.tensor(), source, source.shape(), null, 1);
  }

  /** All the source's elements in the source's order. */
  boolean inOrder() {
    if (map == null) {
      return true;
    }
    if (map.length != source.size()) {
      return false;
    }
    return startsInOrder();
  }

  /** The source's first elements, in order. */
  boolean startsInOrder() {
    if (map != null) {
      for (int i = 0; i < map.length; i++) {
        if (map[i] != i) {
          return false;
        }
      }
    }
    return true;
  }

  int from(int i) {
    return map == null ? i : map[i];
  }

  View select(String name, int[] newShape, int[] newMap) {
    int[] composed = newMap;
    if (map != null) {
      composed = new int[newMap.length];
      for (int i = 0; i < composed.length; i++) {
        composed[i] = map[newMap[i]];
      }
    }
    return new View(name, source, newShape, composed, scale);
  }

  View reshape(String name, int[] newShape) {
    return new View(name, source, newShape, map, scale);
  }

  View times(String name, double factor) {
    return new View(name, source, shape, map, scale * factor);
  }
}
