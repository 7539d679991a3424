package org.p2vit.generator.cycles;

import java.util.ArrayDeque;
import java.util.Deque;

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

  private record Burst(Reader reader, long ready, int beats) {}

  private final int latency;
  private final Deque<Burst> bursts = new ArrayDeque<>();
  private long lastBeat = -1;

  ReadChannel(MemoryTiming memory) {
    latency = memory.latency();
  }

  /** A burst goes out; to be called in the order of time. */
  void burst(Reader reader, long cycle, int beats) {
    bursts.add(new Burst(reader, cycle + BURST_TO_ADDRESS + latency, beats));
  }

  /** Cycle of the next beat on the port, or UNKNOWN. */
  long nextBeat() {
    return bursts.isEmpty() ? UnitTimes.UNKNOWN : Math.max(bursts.peek().ready(), lastBeat + 1);
  }

  /** Beats come; as many as their reader takes at once. */
  void deliver() {
    long first = nextBeat();
    Burst burst = bursts.remove();
    int taken = burst.reader().take(first, burst.beats());
    lastBeat = burst.reader().accepted();
    if (taken < burst.beats()) {
      bursts.addFirst(new Burst(burst.reader(), burst.ready(), burst.beats() - taken));
    }
  }

  /**
   * Whether bursts of a reader, all equally long, come one behind the other, and will as long as
   * new ones go out as these did.
   *
   * @param last cycle of the reader's latest beat
   */
  boolean streams(Reader reader, int beats, long last) {
    if (last != lastBeat) {
      return false;
    }
    long before = 0;
    for (Burst b : bursts) {
      boolean first = before == 0;
      boolean follows = first ? b.ready() <= lastBeat + 1 : b.ready() == before + beats;
      if (b.reader() != reader || b.beats() != beats || !follows) {
        return false;
      }
      before = b.ready();
    }
    return true;
  }

  /** The same stream so many cycles later. */
  void skip(long cycles) {
    for (int i = bursts.size(); i > 0; i--) {
      Burst b = bursts.remove();
      bursts.add(new Burst(b.reader(), b.ready() + cycles, b.beats()));
    }
    lastBeat += cycles;
  }

  /** Whether the next beats are this reader's. */
  boolean feeds(Reader reader) {
    return bursts.element().reader() == reader;
  }
}
