package org.p2vit.onnx;

import java.util.Arrays;

/**
 * A tensor whose values are known at import: a weight, or the result of shape arithmetic. Values
 * are floats; or integers, which may be codes of a quantizer; or dequantized codes, each with the
 * exponent of its scale.
 */
final class Constant implements Value {
  private final int[] shape;
  private final float[] floats;
  private final long[] longs;
  private final int[] exponents;
  private final CodeType type;

  private Constant(int[] shape, float[] floats, long[] longs, int[] exponents, CodeType type) {
    this.shape = shape;
    this.floats = floats;
    this.longs = longs;
    this.exponents = exponents;
    this.type = type;
  }

  static Constant of(int[] shape, float[] values) {
    return new Constant(shape, values, null, null, null);
  }

  /** Integers and truth values (0 and 1). */
  static Constant of(int[] shape, long[] values) {
    return codes(shape, values, null);
  }

  static Constant vector(long... values) {
    return of(new int[] {values.length}, values);
  }

  /**
   * @param type null if the integers are not codes
   */
  static Constant codes(int[] shape, long[] codes, CodeType type) {
    return new Constant(shape, null, codes, null, type);
  }

  /** {@code code * 2^exponent} for each element. */
  static Constant dequantized(int[] shape, long[] codes, int[] exponents, CodeType type) {
    return new Constant(shape, null, codes, exponents, type);
  }

  @Override
  public int[] shape() {
    return shape;
  }

  boolean integer() {
    return longs != null && exponents == null;
  }

  /** Whether codes and exponents are known. */
  boolean dequantized() {
    return exponents != null;
  }

  /** Null if these are not codes. */
  CodeType type() {
    return type;
  }

  /** The codes alone of a dequantized tensor. */
  Constant codes() {
    return codes(shape, longs, type);
  }

  /** Of a dequantized element. */
  int exponent(int i) {
    return exponents[i];
  }

  /** Of a dequantized element. */
  long code(int i) {
    return longs[i];
  }

  double number(int i) {
    if (exponents != null) {
      return Math.scalb((double) longs[i], exponents[i]);
    }
    return longs != null ? longs[i] : floats[i];
  }

  /** The values as integers, for shapes, axes and indices. */
  int[] ints(Node user) {
    if (!integer()) {
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
      values[i] = (float) number(i);
    }
    return values;
  }

  long[] longs() {
    if (integer()) {
      return longs;
    }
    long[] values = new long[size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (long) number(i);
    }
    return values;
  }

  /** A single number, whatever its rank. */
  boolean scalar() {
    return size() == 1;
  }

  Constant select(int[] newShape, int[] map) {
    if (longs == null) {
      float[] values = new float[map.length];
      for (int i = 0; i < map.length; i++) {
        values[i] = floats[map[i]];
      }
      return of(newShape, values);
    }
    long[] values = Arrays.stream(map).mapToLong(i -> longs[i]).toArray();
    int[] exponent = exponents == null ? null : Arrays.stream(map).map(i -> exponents[i]).toArray();
    return new Constant(newShape, null, values, exponent, type);
  }

  Constant reshape(int[] newShape) {
    return new Constant(newShape, floats, longs, exponents, type);
  }

  /**
   * Each element times a factor; stays dequantized if the factors are powers of two.
   *
   * @param factor one an element
   */
  Constant times(double[] factor) {
    if (exponents != null && Arrays.stream(factor).allMatch(Quantizer::isPowerOfTwo)) {
      int[] shifted = exponents.clone();
      for (int i = 0; i < shifted.length; i++) {
        shifted[i] += Math.getExponent(factor[i]);
      }
      return dequantized(shape, longs, shifted, type);
    }
    float[] values = new float[size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (number(i) * factor[i]);
    }
    return of(shape, values);
  }
}
