package org.p2vit.golden;

/** Hands tensors to a sink, as integers; does nothing for {@link TensorSink#NONE}. */
final class Taps {
  private final TensorSink sink;

  Taps(TensorSink sink) {
    this.sink = sink;
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
  }

  void put(String name, int[] codes) {
    if (sink != TensorSink.NONE) {
      sink.accept(name, new int[] {codes.length}, codes.clone());
    }
  }
}
