package org.p2vit.onnx;

import java.util.Arrays;

/** A tensor whose values are known at import: a weight, or the result of shape arithmetic. */
final class Constant implements Value {
  private final int[] shape;
  private final float[] floats;
  private final long[] longs;

  private Constant(int[] shape, float[] floats, long[] longs) {
    this.shape = shape;
    this.floats = floats;
    this.longs = longs;
  }

  static Constant of(int[] shape, float[] values) {
    return new Constant(shape, values, null);
  }

  /** Integers and truth values (0 and 1). */
  static Constant of(int[] shape, long[] values) {
    return new Constant(shape, null, values);
  }

  static Constant vector(long... values) {
    return of(new int[] {values.length}, values);
  }

  @Override
  public int[] shape() {
    return shape;
  }

  boolean integer() {
    return longs != null;
  }

  double number(int i) {
    return longs != null ? longs[i] : floats[i];
  }

  /** The values as integers, for shapes, axes and indices. */
  int[] ints(Node user) {
    if (longs == null) {
      throw user.error("needs integers here, found floats");
    }
    int[] values = new int[longs.length];
    for (int i = 0; i < values.length; i++) {
      // Exporters write "to the end" as the largest long.
      values[i] = (int) Math.max(Integer.MIN_VALUE, Math.min(Integer.MAX_VALUE, longs[i]));
    }
    return values;
  }

  float[] floats() {
    if (floats != null) {
      return floats;
    }
    float[] values = new float[longs.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = longs[i];
    }
    return values;
  }

  long[] longs() {
    if (longs != null) {
      return longs;
    }
    long[] values = new long[floats.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = (long) floats[i];
    }
    return values;
  }

  /** A single number, whatever its rank. */
  boolean scalar() {
    return size() == 1;
  }

  Constant select(int[] newShape, int[] map) {
    if (longs != null) {
      return of(newShape, Arrays.stream(map).mapToLong(i -> longs[i]).toArray());
    }
    float[] values = new float[map.length];
    for (int i = 0; i < map.length; i++) {
      values[i] = floats[map[i]];
    }
    return of(newShape, values);
  }
}
