package org.p2vit.rtl.job;

import java.util.List;
import java.util.Optional;
import org.p2vit.rtl.Chunk;

/**
 * Copies beats from memory into a buffer, byte for byte. Beat {@code i} (of {@code axiBytes}) goes
 * to the slice {@code i % slices} of word {@code word + i / slices}, {@code slices = wordBytes /
 * axiBytes}; slice 0 holds the lowest bits. A TABLE word is one beat: bytes {@code word * axiBytes
 * + j} of the activation table.
 *
 * @param source which base address register {@code address} is relative to
 * @param address byte offset, a multiple of the beat
 * @param destination the buffer
 * @param word first word in that buffer
 * @param beats beats to copy, at least 1
 * @param unitBeats the progress counter advances by one each time this many beats are in the
 *     buffer; divides {@code beats}
 */
public record LoadJob(
    List<Wait> waits,
    @Bits(1) Source source,
    @Bits(32) int address,
    @Bits(3) Destination destination,
    @Bits(20) int word,
    @Bits(24) int beats,
    @Bits(24) int unitBeats)
    implements Job {

  public enum Source {
    MODEL,
    INPUT
  }

  public enum Destination {
    ACTIVATION,
    WEIGHT,
    RESIDUAL,
    PARAMETER,
    NORM_PARAMETER,
    TABLE
  }

  @Override
  public Optional<Chunk> chunk() {
    return Optional.of(Chunk.LOAD);
  }

  @Override
  public int units() {
    return beats / unitBeats;
  }
}
