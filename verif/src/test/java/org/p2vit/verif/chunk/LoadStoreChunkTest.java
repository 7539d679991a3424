package org.p2vit.verif.chunk;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.p2vit.rtl.Architecture;
import org.p2vit.rtl.Chunk;
import org.p2vit.rtl.job.LoadJob;
import org.p2vit.rtl.job.StoreJob;

/** LOAD and STORE alone, random jobs, against the emulator. */
class LoadStoreChunkTest {
  private static final int BATCHES = 20;
  private static final int JOBS = 20;

  static Stream<Architecture> architectures() {
    return Stream.of(ChunkArchitectures.SMALL, ChunkArchitectures.WIDE, ChunkArchitectures.NANO);
  }

  @ParameterizedTest
  @MethodSource("architectures")
  void loads(Architecture arch, @TempDir Path directory) throws IOException {
    ChunkBatch batch =
        new ChunkBatch(arch, Chunk.LOAD, "Load", LoadStoreChunkTest::loads, directory);
    ChunkArchitectures.seeds(BATCHES).forEach(seed -> batch.run(seed, JOBS));
  }

  @ParameterizedTest
  @MethodSource("architectures")
  void stores(Architecture arch, @TempDir Path directory) throws IOException {
    ChunkBatch batch =
        new ChunkBatch(arch, Chunk.STORE, "Store", LoadStoreChunkTest::stores, directory);
    ChunkArchitectures.seeds(BATCHES).forEach(seed -> batch.run(seed, JOBS));
  }

  private static JobMaker loads(Random random, Architecture arch) {
    return waits -> {
      LoadJob.Destination to =
          LoadJob.Destination.values()[random.nextInt(LoadJob.Destination.values().length)];
      int beat = arch.axi().bytes();
      Architecture.Buffers b = arch.buffers();
      int p = arch.requantColumns();
      int words;
      int slices;
      switch (to) {
        case ACTIVATION -> {
          words = b.activationWords();
          slices = arch.rows() * arch.depth() / beat;
        }
        case WEIGHT -> {
          words = b.weightWords();
          slices = arch.columns() * arch.depth() / beat;
        }
        case RESIDUAL -> {
          words = b.residualWords();
          slices = arch.rows() * p * 2 / beat;
        }
        case PARAMETER -> {
          words = b.parameterWords();
          slices = p * 8 / beat;
        }
        case NORM_PARAMETER -> {
          words = b.normParameterWords();
          slices = p * 8 / beat;
        }
        case TABLE -> {
          words = Architecture.TABLE_ENTRIES / beat;
          slices = 1;
        }
        default -> throw new IllegalStateException(to.name());
      }
      int unitBeats = 1 + random.nextInt(Math.min(2 * slices + 2, words * slices));
      int units = 1 + random.nextInt(Math.min(6, words * slices / unitBeats));
      int beats = unitBeats * units;
      int used = (beats + slices - 1) / slices;
      int runWords = 1 + random.nextInt(used);
      int runs = (used + runWords - 1) / runWords;
      // Runs that do not overlap and still end within the buffer.
      int widest = runs == 1 ? runWords : (words - runWords) / (runs - 1);
      int runStride = Math.max(1, widest);
      if (runStride < runWords || random.nextBoolean()) {
        runWords = 1;
        runStride = 1;
      } else {
        runStride = runWords + random.nextInt(runStride - runWords + 1);
      }
      int end = (used - 1) / runWords * runStride + (used - 1) % runWords;
      int word = random.nextInt(words - end);
      LoadJob.Source source = LoadJob.Source.values()[random.nextInt(2)];
      // Both regions have at least 8 KiB.
      int address = beat * random.nextInt(8192 / beat - beats + 1);
      return new LoadJob(
          waits.of(1, 1, units), source, address, to, word, beats, unitBeats, runWords, runStride);
    };
  }

  private static JobMaker stores(Random random, Architecture arch) {
    return waits -> {
      int words = 1 + random.nextInt(40);
      int word = random.nextInt(arch.buffers().residualWords() - words + 1);
      int beat = arch.axi().bytes();
      int bytes = words * arch.requantLanes() * 2;
      int address = beat * random.nextInt((12288 - bytes) / beat + 1);
      return new StoreJob(waits.of(1, 1, 1), word, words, address);
    };
  }
}
