package org.p2vit.verif.chunk;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.p2vit.rtl.Architecture;
import org.p2vit.rtl.Chunk;
import org.p2vit.rtl.job.Job;
import org.p2vit.verif.emulator.BufferId;
import org.p2vit.verif.emulator.Dram;
import org.p2vit.verif.emulator.Memories;

/** Builds a chunk once and runs batches of random jobs on it. */
final class ChunkBatch {
  /** What a batch of a chunk under test is made of. */
  interface Makers {
    JobMaker maker(Random random, Architecture arch);
  }

  /** External memory of LOAD: both regions in one array, the second at an odd beat. */
  private static final int DRAM_BYTES = 32768;

  private static final int OUTPUT_BYTES = 12288;

  private final Architecture arch;
  private final Chunk chunk;
  private final Makers makers;
  private final ChunkBench bench;

  ChunkBatch(Architecture arch, Chunk chunk, String module, Makers makers, Path directory)
      throws IOException {
    this.arch = arch;
    this.chunk = chunk;
    this.makers = makers;
    this.bench = ChunkBench.build(arch, module, directory);
  }

  /** Runs one random batch and checks everything. */
  void run(long seed, int jobCount) {
    Random random = new Random(seed);
    Memories memories = new RandomContent(random, arch).memories();
    byte[] dram = new byte[DRAM_BYTES];
    random.nextBytes(dram);
    int split = 4096 * 3 + arch.axi().bytes() * (1 + random.nextInt(200));
    int outputBase = 4096 * random.nextInt(4) + arch.axi().bytes() * random.nextInt(64);
    RandomWaits waits = new RandomWaits(random, chunk);
    JobMaker maker = makers.maker(random, arch);
    List<Job> jobs = new ArrayList<>();
    for (int i = 0; i < jobCount; i++) {
      jobs.add(maker.next(waits::next));
    }
    Map<String, BenchStimulus.Words> content = PortMap.readable(chunk, memories);
    int beat = arch.axi().bytes();
    int addressBytes = (arch.axi().addressBits() + 7) / 8;
    content.put("axi", new BenchStimulus.Words(dram.length / beat, beat, dram));
    content.put("bases_model", BenchStimulus.Words.constant(0, addressBytes));
    content.put("bases_input", BenchStimulus.Words.constant(split, addressBytes));
    content.put("bases_output", BenchStimulus.Words.constant(outputBase, addressBytes));
    content.put("bases_outputBytes", BenchStimulus.Words.constant(OUTPUT_BYTES, 4));
    if (chunk == Chunk.MATMUL) {
      byte[] table = memories.get(BufferId.TABLE).bytes();
      content.put("tableWrite", new BenchStimulus.Words(table.length / beat, beat, table));
    }
    BenchStimulus stimulus =
        new BenchStimulus(random.nextInt(), stalls(random), waits.counters(), content, jobs);
    try {
      Dram regions =
          new Dram(dram, Arrays.copyOfRange(dram, split, dram.length), new byte[OUTPUT_BYTES]);
      ChunkCheck check = new ChunkCheck(arch, chunk, bench::bits, stimulus, memories, regions);
      List<BenchEvent> events = bench.run(stimulus);
      check.check(events);
      if (chunk == Chunk.LOAD || chunk == Chunk.STORE) {
        new BurstCheck(arch.axi()).check(events);
      }
      if (chunk == Chunk.STORE) {
        StoredCheck.check(events, outputBase, regions.output(), arch.axi().bytes());
      }
    } catch (AssertionError e) {
      throw new AssertionError(e.getMessage() + "\n  seed " + seed + ", " + arch, e);
    }
  }

  /** Some batches run without any stall, some with heavy ones. */
  private static BenchStimulus.Stalls stalls(Random random) {
    int[] levels = {0, 0, 10, 50, 85};
    return new BenchStimulus.Stalls(
        levels[random.nextInt(levels.length)],
        levels[random.nextInt(levels.length)],
        levels[random.nextInt(levels.length)],
        random.nextBoolean() ? 3 : 40);
  }
}
