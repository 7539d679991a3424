package org.p2vit.golden;

/** Hands tensors to a sink, widened to int; does nothing for {@link TensorSink#NONE}. */
final class Taps {
  private final TensorSink sink;

  Taps(TensorSink sink) {
    this.sink = sink;
  }

  void put(String name, byte[] codes, int... shape) {
    if (sink != TensorSink.NONE) {
      int[] wide = new int[codes.length];
      for (int i = 0; i < wide.length; i++) {
        wide[i] = codes[i];
      }
      sink.accept(name, shape, wide);
    }
  }

  void put(String name, short[] codes, int... shape) {
    if (sink != TensorSink.NONE) {
      int[] wide = new int[codes.length];
      for (int i = 0; i < wide.length; i++) {
        wide[i] = codes[i];
      }
      sink.accept(name, shape, wide);
    }
  }

  void put(String name, int[] codes, int... shape) {
    if (sink != TensorSink.NONE) {
      sink.accept(name, shape, codes);
    }
  }
}
