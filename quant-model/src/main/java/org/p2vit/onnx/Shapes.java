package org.p2vit.onnx;

/** Arithmetic on shapes; flat indices are row-major. */
final class Shapes {
  private Shapes() {}

  static int size(int[] shape) {
    long size = 1;
    for (int d : shape) {
      size *= d;
    }
    return Math.toIntExact(size);
  }

  static int[] identity(int size) {
    int[] map = new int[size];
    for (int i = 0; i < size; i++) {
      map[i] = i;
    }
    return map;
  }

  /** An axis counted from the end if negative, or -1 if out of range. */
  static int axis(int axis, int rank) {
    int a = axis < 0 ? axis + rank : axis;
    return a >= rank ? -1 : a;
  }

  /** NumPy's broadcast shape, or null. */
  static int[] broadcast(int[] a, int[] b) {
    int rank = Math.max(a.length, b.length);
    int[] shape = new int[rank];
    for (int i = 1; i <= rank; i++) {
      int x = i <= a.length ? a[a.length - i] : 1;
      int y = i <= b.length ? b[b.length - i] : 1;
      if (x != y && x != 1 && y != 1) {
        return null;
      }
      shape[rank - i] = x == 1 ? y : x;
    }
    return shape;
  }

  /** For each element of {@code target}, the element of {@code from} that broadcasts to it. */
  static int[] broadcastMap(int[] from, int[] target) {
    int[] map = new int[size(target)];
    int[] index = new int[target.length];
    for (int flat = 0; flat < map.length; flat++) {
      int at = 0;
      for (int i = 0; i < from.length; i++) {
        int d = from[i];
        at = at * d + (d == 1 ? 0 : index[target.length - from.length + i]);
      }
      map[flat] = at;
      increment(index, target);
    }
    return map;
  }

  /** Steps a multi-dimensional index in row-major order. */
  static void increment(int[] index, int[] shape) {
    for (int i = shape.length - 1; i >= 0; i--) {
      if (++index[i] < shape[i]) {
        return;
      }
      index[i] = 0;
    }
  }
}
