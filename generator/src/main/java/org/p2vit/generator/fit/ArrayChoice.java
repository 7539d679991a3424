package org.p2vit.generator.fit;

import static org.p2vit.generator.compile.Sizes.ceilDiv;

import org.p2vit.model.VitShape;

/**
 * An R x C x D array and what a network costs on it, padding included, stalls left out.
 *
 * @param rows R
 * @param columns C
 * @param depth D
 */
public record ArrayChoice(int rows, int columns, int depth) {

  /** Multiplications a cycle. */
  public int macs() {
    return rows * columns * depth;
  }

  int rowBlocks(VitShape s) {
    return ceilDiv(s.tokens(), rows);
  }

  /** Cycles of a row block through a layer of K inputs and N outputs. */
  long rowCycles(int k, int n) {
    return (long) ceilDiv(n, columns) * ceilDiv(k, depth);
  }

  /**
   * Cycles of a whole image.
   *
   * @param weights4 whether all layers have 4-bit weights: twice the columns at once
   */
  long cycles(VitShape s, boolean weights4) {
    ArrayChoice linear = weights4 ? new ArrayChoice(rows, 2 * columns, depth) : this;
    long head = 3 * linear.rowCycles(s.dim(), s.headDim()) + rowCycles(s.headDim(), s.tokens());
    long block =
        s.heads() * head
            + linear.rowCycles(s.dim(), s.dim())
            + linear.rowCycles(s.dim(), s.mlpDim())
            + linear.rowCycles(s.mlpDim(), s.dim());
    return rowBlocks(s) * (linear.rowCycles(s.patchDim(), s.dim()) + s.depth() * block)
        + linear.rowCycles(s.dim(), s.classes());
  }

  /** Weights of all layers, which each image reads once: bytes at 8 bits. */
  static long weights(VitShape s) {
    long block = 4L * s.dim() * s.dim() + 2L * s.dim() * s.mlpDim();
    return (long) s.patchDim() * s.dim() + s.depth() * block + (long) s.dim() * s.classes();
  }

  /** {@code 1 x 16 x 64}. */
  @Override
  public String toString() {
    return rows + " x " + columns + " x " + depth;
  }

  /** Operands read in a cycle. */
  int operandBytes() {
    return (rows + columns) * depth;
  }
}
