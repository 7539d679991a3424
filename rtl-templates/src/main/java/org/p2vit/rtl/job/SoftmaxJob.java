package org.p2vit.rtl.job;

import java.util.List;
import java.util.Optional;
import org.p2vit.rtl.Chunk;

/**
 * Log2 softmax of whole rows: {@code R} rows of SCORE slot {@code (scoreSlot + r) % scoreSlots} to
 * CODE slot {@code (codeSlot + r) % codeSlots}. Score words are [row][p columns], word {@code
 * slot*scoreSlotWords + j/p}, and SCORE_MAX word {@code slot} has the largest of each row's first
 * {@code tokens}; code words are [row][Ds columns] of 5 bits, word {@code slot*codeSlotWords +
 * j/Ds}. Columns from {@code tokens} to {@code columns-1} get code 16 (zero).
 *
 * @param columns columns written, a multiple of the shifter array's depth Ds
 * @param tokens valid columns, at least 1
 * @param shift {@code 4 - e_s}, 1 to 12 (docs/numerics.md section 5)
 */
public record SoftmaxJob(
    List<Wait> waits,
    @Bits(12) int rowBlocks,
    @Bits(8) int scoreSlot,
    @Bits(8) int codeSlot,
    @Bits(16) int columns,
    @Bits(16) int tokens,
    @Bits(4) int shift)
    implements Job {

  @Override
  public SoftmaxJob withWaits(List<Wait> other) {
    return new SoftmaxJob(other, rowBlocks, scoreSlot, codeSlot, columns, tokens, shift);
  }

  @Override
  public Optional<Chunk> chunk() {
    return Optional.of(Chunk.SOFTMAX);
  }

  @Override
  public int units() {
    return rowBlocks;
  }
}
