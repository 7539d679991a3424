package org.p2vit.golden;

/** Receives every intermediate tensor of an inference, in the order in which they are computed. */
@FunctionalInterface
public interface TensorSink {

  /** Takes nothing. */
  TensorSink NONE = (name, shape, codes) -> {};

  /**
   * @param name as listed in docs/numerics.md section 2
   * @param shape outermost dimension first
   * @param codes integer codes, row-major; the callee may keep the array
   */
  void accept(String name, int[] shape, int[] codes);
}
