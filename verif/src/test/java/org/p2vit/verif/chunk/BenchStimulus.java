package org.p2vit.verif.chunk;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.p2vit.rtl.Chunk;
import org.p2vit.rtl.job.Job;
import org.p2vit.rtl.job.JobFormat;

/**
 * What the C++ bench does with a chunk.
 *
 * @param seed of stalls and gaps
 * @param stalls how often things wait
 * @param progress counters
 * @param memories by port name (without {@code _request} and so on); one-word memories also drive
 *     ports of their name
 * @param jobs to execute, in order
 */
record BenchStimulus(
    int seed, Stalls stalls, Counters progress, Map<String, Words> memories, List<Job> jobs) {

  /** Longest time without any event before the bench gives up, in cycles. */
  private static final int MAX_IDLE = 20000;

  /**
   * Percentages of the cycles.
   *
   * @param jobGap no job is offered
   * @param read a read port is not ready
   * @param write a write port is not ready
   * @param progress a counter moves on
   */
  record Stalls(int jobGap, int read, int write, int progress) {}

  /**
   * Progress counters, by chunk ordinal.
   *
   * @param own the chunk under test: its counter follows {@code done}
   * @param start modulo 2^24
   * @param steps by which each of the others grows in the end
   */
  record Counters(Chunk own, int[] start, int[] steps) {}

  /**
   * Memory content: words of whole bytes.
   *
   * @param held a word that was read stays at the port until the next one is; otherwise others may
   *     have read meanwhile
   */
  record Words(int words, int wordBytes, byte[] data, boolean held) {

    /** Of what is no memory with a read port. */
    Words(int words, int wordBytes, byte[] data) {
      this(words, wordBytes, data, false);
    }

    static Words constant(long value, int bytes) {
      byte[] data = new byte[bytes];
      for (int i = 0; i < bytes; i++) {
        data[i] = (byte) (value >> 8 * i);
      }
      return new Words(1, bytes, data);
    }
  }

  byte[] bytes() {
    Writer out = new Writer();
    int units = jobs.stream().mapToInt(Job::units).sum();
    for (int v :
        new int[] {
          seed,
          stalls.jobGap(),
          stalls.read(),
          stalls.write(),
          stalls.progress(),
          progress.own().ordinal(),
          units,
          MAX_IDLE
        }) {
      out.word(v);
    }
    for (int v : progress.start()) {
      out.word(v);
    }
    for (int v : progress.steps()) {
      out.word(v);
    }
    out.word(memories.size());
    memories.forEach(
        (name, m) -> {
          out.bytes(name.getBytes(StandardCharsets.UTF_8));
          out.word(m.words());
          out.word(m.wordBytes());
          out.word(m.held() ? 1 : 0);
          out.bytes(m.data());
        });
    out.word(jobs.size());
    for (Job job : jobs) {
      out.bytes(JobFormat.encode(job));
    }
    return out.stream.toByteArray();
  }

  private static final class Writer {
    private final ByteArrayOutputStream stream = new ByteArrayOutputStream();

    void word(int v) {
      for (int i = 0; i < 4; i++) {
        stream.write(v >> 8 * i);
      }
    }

    void bytes(byte[] b) {
      word(b.length);
      stream.writeBytes(b);
    }
  }
}
