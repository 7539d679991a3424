package org.p2vit.golden;

import java.util.Map;

/**
 * Hands tensors to a sink, as integers, then puts given ones in their place; does nothing for
 * {@link TensorSink#NONE} and nothing given.
 */
final class Taps {
  private final TensorSink sink;
  private final Map<String, int[]> given;

  /**
   * @param given codes, row-major, to go on with instead of those computed
   */
  Taps(TensorSink sink, Map<String, int[]> given) {
    this.sink = sink;
    this.given = given;
  }

  /** A matrix of integers. */
  void put(String name, float[][] rows) {
    put(name, rows, 0, rows[0].length);
  }

  /** Columns {@code from} to {@code from + columns} (excluded) of a matrix of integers. */
  void put(String name, float[][] rows, int from, int columns) {
    if (sink != TensorSink.NONE) {
      int[] codes = new int[rows.length * columns];
      for (int i = 0; i < codes.length; i++) {
        codes[i] = (int) rows[i / columns][from + i % columns];
      }
      sink.accept(name, new int[] {rows.length, columns}, codes);
    }
    int[] replacement = given.get(name);
    if (replacement != null) {
      for (int i = 0; i < replacement.length; i++) {
        rows[i / columns][from + i % columns] = replacement[i];
      }
    }
  }

  /** Square matrices of integers, one a head, each transposed. */
  void putTransposed(String name, float[][][] heads) {
    if (sink != TensorSink.NONE) {
      int n = heads[0].length;
      int[] codes = new int[heads.length * n * n];
      for (int i = 0; i < codes.length; i++) {
        codes[i] = (int) heads[i / (n * n)][i % n][i / n % n];
      }
      sink.accept(name, new int[] {heads.length, n, n}, codes);
    }
    int[] replacement = given.get(name);
    if (replacement != null) {
      int n = heads[0].length;
      for (int i = 0; i < replacement.length; i++) {
        heads[i / (n * n)][i % n][i / n % n] = replacement[i];
      }
    }
  }

  void put(String name, int[] codes) {
    if (sink != TensorSink.NONE) {
      sink.accept(name, new int[] {codes.length}, codes.clone());
    }
  }
}
