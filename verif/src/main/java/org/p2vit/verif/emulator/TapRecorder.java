package org.p2vit.verif.emulator;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import org.p2vit.rtl.Chunk;

/** Keeps the tap stream of every chunk, in the order of the RTL's taps. */
public final class TapRecorder implements Observer {

  /**
   * Where a beat comes from.
   *
   * @param job index in the program
   * @param column first column of the beat in its job
   */
  public record Origin(int job, int rowBlock, int column) {}

  /** The beats of one chunk. */
  public static final class Stream {
    private short[] elements = new short[0];
    private int[] origins = new int[0];
    private int beats;
    private int beatLength;

    private void add(int job, int rowBlock, int column, short[] beat) {
      beatLength = beat.length;
      if ((beats + 1) * 3 > origins.length) {
        int capacity = Math.max(64, 2 * beats);
        origins = Arrays.copyOf(origins, capacity * 3);
        elements = Arrays.copyOf(elements, capacity * beatLength);
      }
      System.arraycopy(beat, 0, elements, beats * beatLength, beatLength);
      origins[beats * 3] = job;
      origins[beats * 3 + 1] = rowBlock;
      origins[beats * 3 + 2] = column;
      beats++;
    }

    public int beats() {
      return beats;
    }

    /** R x p, row-major. */
    public short[] beat(int i) {
      return Arrays.copyOfRange(elements, i * beatLength, (i + 1) * beatLength);
    }

    public Origin origin(int i) {
      return new Origin(origins[3 * i], origins[3 * i + 1], origins[3 * i + 2]);
    }
  }

  private final Map<Chunk, Stream> streams = new EnumMap<>(Chunk.class);

  /** The stream of a chunk, empty if it had no job. */
  public Stream stream(Chunk chunk) {
    return streams.computeIfAbsent(chunk, c -> new Stream());
  }

  @Override
  public void tap(Place place, int column, short[] elements) {
    stream(place.chunk()).add(place.job(), place.rowBlock(), column, elements);
  }
}
