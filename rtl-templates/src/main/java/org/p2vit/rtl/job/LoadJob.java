package org.p2vit.rtl.job;

import java.util.List;
import java.util.Optional;
import org.p2vit.rtl.Chunk;

/**
 * Copies beats from memory, where they follow each other, into a buffer, byte for byte. Beat {@code
 * i} (of {@code axiBytes}) goes to the slice {@code i % slices} of the {@code w = i / slices}-th
 * word, {@code slices = wordBytes / axiBytes}; slice 0 holds the lowest bits. Words come in runs:
 * the {@code w}-th is {@code word + w / runWords * runStride + w % runWords} of the buffer. A TABLE
 * word is one beat: bytes {@code word * axiBytes + j} of the activation table.
 *
 * @param source which base address register {@code address} is relative to
 * @param address byte offset, a multiple of the beat
 * @param destination the buffer
 * @param word first word in that buffer
 * @param beats beats to copy, at least 1
 * @param unitBeats the progress counter advances by one each time this many beats are in the
 *     buffer; divides {@code beats}
 * @param runWords words that follow each other, at least 1
 * @param runStride from the start of a run to that of the next
 */
public record LoadJob(
    List<Wait> waits,
    @Bits(1) Source source,
    @Bits(32) int address,
    @Bits(3) Destination destination,
    @Bits(20) int word,
    @Bits(24) int beats,
    @Bits(24) int unitBeats,
    @Bits(16) int runWords,
    @Bits(16) int runStride)
    implements Job {

  /** All words follow each other. */
  public LoadJob(
      List<Wait> waits,
      Source source,
      int address,
      Destination destination,
      int word,
      int beats,
      int unitBeats) {
    this(waits, source, address, destination, word, beats, unitBeats, 1, 1);
  }

  /** The place in the buffer of the {@code w}-th word. */
  public int wordAt(int w) {
    return word + w / runWords * runStride + w % runWords;
  }

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
  public LoadJob withWaits(List<Wait> other) {
    return new LoadJob(
        other, source, address, destination, word, beats, unitBeats, runWords, runStride);
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
