package org.p2vit.generator.compile;

/**
 * What a job's results are: its row blocks start at token 0, its columns at {@code column} of the
 * tensor (of the head's matrix for scores and attention).
 *
 * @param tensor name as in docs/numerics.md section 2
 * @param head index of the head's matrix in a tensor of one a head, otherwise 0
 * @param column first column
 * @param columns results a row, padding included
 * @param rowBlocks of R rows each, padding included
 */
public record TapTarget(String tensor, int head, int column, int columns, int rowBlocks) {}
