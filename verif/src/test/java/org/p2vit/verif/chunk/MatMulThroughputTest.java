package org.p2vit.verif.chunk;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.p2vit.rtl.Architecture;
import org.p2vit.rtl.Chunk;
import org.p2vit.rtl.job.Job;
import org.p2vit.rtl.job.MatMulJob;
import org.p2vit.verif.emulator.BufferId;
import org.p2vit.verif.emulator.Memories;

/**
 * MATMUL loses no cycle when nothing makes it wait: tiles, row blocks and jobs follow each other
 * without a gap, down to the shortest tile that the re-quantizer can keep up with.
 */
class MatMulThroughputTest {
  private static final int JOBS = 6;
  private static final int ROW_BLOCKS = 4;
  private static final int TILES = 2;

  static List<Architecture> architectures() {
    return List.of(ChunkArchitectures.PAIRS, ChunkArchitectures.MIDDLE, ChunkArchitectures.BEATS);
  }

  @ParameterizedTest
  @MethodSource("architectures")
  void multipliesInEveryCycle(Architecture arch, @TempDir Path directory) throws IOException {
    ChunkBench bench = ChunkBench.build(arch, "MatMul", directory);
    Memories memories = new RandomContent(new Random(1), arch).memories();
    for (MatMulJob.Destination to : MatMulJob.Destination.values()) {
      for (boolean weights4 : new boolean[] {false, true}) {
        // As many word pairs a tile as beats of p columns leave it.
        int words = (weights4 ? 2 : 1) * arch.columns() / arch.requantColumns();
        List<BenchEvent> events = bench.run(stimulus(arch, memories, to, weights4, words));
        int pairs = JOBS * ROW_BLOCKS * TILES * words;
        String what = to + (weights4 ? ", 4-bit weights" : ", 8-bit weights");
        assertEquals(pairs, end(events).busyCycles(), what + ": busy cycles");
        int[] cycles =
            events.stream()
                .filter(e -> e instanceof BenchEvent.Read r && r.port().equals("weight"))
                .mapToInt(BenchEvent::cycle)
                .toArray();
        assertEquals(pairs, cycles.length, what + ": word pairs read");
        assertEquals(
            pairs,
            cycles[cycles.length - 1] - cycles[0] + 1,
            what + ": cycles from the first word pair to the last");
      }
    }
  }

  private static BenchEvent.End end(List<BenchEvent> events) {
    return (BenchEvent.End) events.get(events.size() - 1);
  }

  private static BenchStimulus stimulus(
      Architecture arch,
      Memories memories,
      MatMulJob.Destination to,
      boolean weights4,
      int depthWords) {
    List<Job> jobs = new ArrayList<>();
    int columns = TILES * (weights4 ? 2 : 1) * arch.columns();
    int words =
        switch (to) {
          case ACTIVATION, KEY -> (columns - 1) / arch.depth() + 1;
          case VALUE -> (columns - 1) / arch.shifterColumns() + 1;
          default -> columns / arch.requantColumns();
        };
    boolean activation = to == MatMulJob.Destination.ACTIVATION;
    for (int i = 0; i < JOBS; i++) {
      jobs.add(
          new MatMulJob(
              List.of(),
              0,
              depthWords,
              depthWords,
              ROW_BLOCKS,
              TILES,
              0,
              depthWords,
              weights4,
              to != MatMulJob.Destination.SCORE,
              activation ? arch.buffers().parameterWords() / 2 : 0,
              4,
              activation,
              4,
              to,
              0,
              words,
              0,
              columns,
              0));
    }
    Map<String, BenchStimulus.Words> content = PortMap.readable(Chunk.MATMUL, memories);
    byte[] table = memories.get(BufferId.TABLE).bytes();
    int beat = arch.axi().bytes();
    content.put("tableWrite", new BenchStimulus.Words(table.length / beat, beat, table));
    int chunks = Chunk.values().length;
    return new BenchStimulus(
        1,
        new BenchStimulus.Stalls(0, 0, 0, 100),
        new BenchStimulus.Counters(Chunk.MATMUL, new int[chunks], new int[chunks]),
        content,
        jobs);
  }
}
