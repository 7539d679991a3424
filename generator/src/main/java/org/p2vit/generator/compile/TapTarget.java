package org.p2vit.generator.compile;

/**
 * What a job's results are: its row blocks start at {@code firstBlock}, its columns at {@code
 * column} of the tensor (of the head's matrix for scores and attention).
 *
 * @param tensor name as in docs/numerics.md section 2
 * @param head index of the head's matrix in a tensor of one a head, otherwise 0
 * @param column first column
 * @param columns results a row, padding included
 * @param firstBlock first row block
 * @param rowBlocks of R rows each, padding included
 */
public record TapTarget(
    String tensor, int head, int column, int columns, int firstBlock, int rowBlocks) {

  /** From token 0. */
  TapTarget(String tensor, int head, int column, int columns, int rowBlocks) {
    this(tensor, head, column, columns, 0, rowBlocks);
  }
}
