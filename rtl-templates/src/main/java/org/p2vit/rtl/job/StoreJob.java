package org.p2vit.rtl.job;

import java.util.List;
import java.util.Optional;
import org.p2vit.rtl.Chunk;

/**
 * Copies RESIDUAL[word .. word+words-1] to the output region, byte for byte, slice 0 (the lowest
 * bits) of a word first.
 *
 * @param address byte offset from the output base, a multiple of the beat
 */
public record StoreJob(
    List<Wait> waits, @Bits(20) int word, @Bits(20) int words, @Bits(32) int address)
    implements Job {

  @Override
  public StoreJob withWaits(List<Wait> other) {
    return new StoreJob(other, word, words, address);
  }

  @Override
  public Optional<Chunk> chunk() {
    return Optional.of(Chunk.STORE);
  }

  @Override
  public int units() {
    return 1;
  }
}
