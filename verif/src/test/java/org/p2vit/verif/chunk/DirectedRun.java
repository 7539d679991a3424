package org.p2vit.verif.chunk;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.p2vit.rtl.Architecture;
import org.p2vit.rtl.Chunk;
import org.p2vit.rtl.job.Job;
import org.p2vit.verif.emulator.Dram;
import org.p2vit.verif.emulator.Memories;

/** One of the chunks without AXI alone, given jobs and memories, checked against the emulator. */
final class DirectedRun {
  private final Architecture arch;
  private final Chunk chunk;
  private final ChunkBench bench;

  /**
   * @param module name of the chunk's module
   * @param directory for its build and the logs
   */
  DirectedRun(Architecture arch, Chunk chunk, String module, Path directory) throws IOException {
    this.arch = arch;
    this.chunk = chunk;
    this.bench = ChunkBench.build(arch, module, directory);
  }

  /**
   * Runs jobs that wait for nothing.
   *
   * @throws AssertionError if the chunk does not do what the emulator does
   */
  List<BenchEvent> events(
      Memories memories, List<Job> jobs, BenchStimulus.Stalls stalls, int seed) {
    int chunks = Chunk.values().length;
    BenchStimulus.Counters counters =
        new BenchStimulus.Counters(chunk, new int[chunks], new int[chunks]);
    BenchStimulus stimulus =
        new BenchStimulus(seed, stalls, counters, PortMap.readable(chunk, memories), jobs);
    Dram none = new Dram(new byte[0], new byte[0], new byte[0]);
    ChunkCheck check = new ChunkCheck(arch, chunk, bench::bits, stimulus, memories, none);
    List<BenchEvent> events = bench.run(stimulus);
    check.check(events);
    return events;
  }

  /** From taking the first job to the last unit. */
  static int cycles(List<BenchEvent> events) {
    int first = -1;
    int last = 0;
    for (BenchEvent event : events) {
      if (event instanceof BenchEvent.JobTaken e && first < 0) {
        first = e.cycle();
      } else if (event instanceof BenchEvent.Done e) {
        last = e.cycle();
      }
    }
    return last - first;
  }
}
