package org.p2vit.generator.cycles;

/** The read channels of the memory port: bursts are answered in their order, a beat a cycle. */
final class ReadChannel {
  /** From a reader's burst to its address on the port: the queue of {@code AxiPort}. */
  private static final int BURST_TO_ADDRESS = 1;

  /** Who takes beats. */
  interface Reader {
    /**
     * Takes some beats, at least one.
     *
     * @param first cycle in which the first of them is on the port
     * @param beats that are left of the burst
     * @return those that it takes now
     */
    int take(long first, int beats);

    /** Cycle in which the last beat taken left the port. */
    long accepted();
  }

  private final int latency;

  /** A ring: who takes the bursts that are on their way, when they are ready, and their beats. */
  private Reader[] readers = new Reader[16];

  private long[] ready = new long[16];
  private int[] beats = new int[16];
  private int head;
  private int bursts;

  private long lastBeat = -1;

  ReadChannel(MemoryTiming memory) {
    latency = memory.latency();
  }

  /** A burst goes out; to be called in the order of time. */
  void burst(Reader reader, long cycle, int ofBeats) {
    if (bursts == readers.length) {
      grow();
    }
    int at = at(bursts++);
    readers[at] = reader;
    ready[at] = cycle + BURST_TO_ADDRESS + latency;
    beats[at] = ofBeats;
  }

  private int at(int index) {
    return head + index & readers.length - 1;
  }

  private void grow() {
    int size = readers.length;
    Reader[] allReaders = new Reader[2 * size];
    long[] allReady = new long[2 * size];
    int[] allBeats = new int[2 * size];
    for (int i = 0; i < size; i++) {
      allReaders[i] = readers[at(i)];
      allReady[i] = ready[at(i)];
      allBeats[i] = beats[at(i)];
    }
    readers = allReaders;
    ready = allReady;
    beats = allBeats;
    head = 0;
  }

  /** Cycle of the next beat on the port, or UNKNOWN. */
  long nextBeat() {
    return bursts == 0 ? UnitTimes.UNKNOWN : Math.max(ready[head], lastBeat + 1);
  }

  /** Beats come; as many as their reader takes at once. */
  void deliver() {
    Reader reader = readers[head];
    beats[head] -= reader.take(nextBeat(), beats[head]);
    lastBeat = reader.accepted();
    if (beats[head] == 0) {
      head = at(1);
      bursts--;
    }
  }

  /**
   * Whether bursts of a reader, all equally long, come one behind the other, and will as long as
   * new ones go out as these did.
   *
   * @param last cycle of the reader's latest beat
   */
  boolean streams(Reader reader, int ofBeats, long last) {
    boolean streams = last == lastBeat && ready[head] <= lastBeat + 1;
    for (int i = 0; i < bursts && streams; i++) {
      streams =
          readers[at(i)] == reader
              && beats[at(i)] == ofBeats
              && ready[at(i)] == ready[head] + (long) i * ofBeats;
    }
    return streams;
  }

  /** The same stream so many cycles later. */
  void skip(long cycles) {
    for (int i = 0; i < bursts; i++) {
      ready[at(i)] += cycles;
    }
    lastBeat += cycles;
  }

  /** Whether the next beats are this reader's. */
  boolean feeds(Reader reader) {
    return readers[head] == reader;
  }
}
