package org.p2vit.verif.chunk;

import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.p2vit.rtl.Architecture;
import org.p2vit.rtl.Chunk;

/** MATMUL, SOFTMAX, SHIFTER and LAYER_NORM alone, random jobs, against the emulator. */
class ComputeChunkTest {
  private static final int BATCHES = 20;
  private static final int LARGE_BATCHES = 200;
  private static final int JOBS = 15;

  /** A kind of chunk: its module and its random jobs. */
  private enum Kind {
    MATMUL(Chunk.MATMUL, "MatMul", RandomJobs::matMul),
    SOFTMAX(Chunk.SOFTMAX, "Softmax", RandomJobs::softmax),
    SHIFTER(Chunk.SHIFTER, "Shifter", RandomJobs::shifter),
    LAYER_NORM(Chunk.LAYER_NORM, "LayerNorm", RandomJobs::layerNorm);

    private final Chunk chunk;
    private final String module;
    private final ChunkBatch.Makers makers;

    Kind(Chunk chunk, String module, ChunkBatch.Makers makers) {
      this.chunk = chunk;
      this.module = module;
      this.makers = makers;
    }
  }

  private static Stream<Arguments> each(Architecture... architectures) {
    return Stream.of(Kind.values())
        .flatMap(kind -> Stream.of(architectures).map(arch -> Arguments.of(kind, arch)));
  }

  static Stream<Arguments> some() {
    return each(
        ChunkArchitectures.PAIRS,
        ChunkArchitectures.MIDDLE,
        ChunkArchitectures.ONE_ROW,
        ChunkArchitectures.NANO);
  }

  static Stream<Arguments> all() {
    return each(
        ChunkArchitectures.SMALL,
        ChunkArchitectures.PAIRS,
        ChunkArchitectures.MIDDLE,
        ChunkArchitectures.ONE_ROW,
        ChunkArchitectures.WIDE,
        ChunkArchitectures.BEATS,
        ChunkArchitectures.NANO);
  }

  @ParameterizedTest
  @MethodSource("some")
  void agreesWithTheEmulator(Kind kind, Architecture arch, @TempDir Path directory)
      throws IOException {
    run(kind, arch, directory, BATCHES);
  }

  @Tag("large")
  @ParameterizedTest
  @MethodSource("all")
  void agreesForLong(Kind kind, Architecture arch, @TempDir Path directory) throws IOException {
    run(kind, arch, directory, LARGE_BATCHES);
  }

  private static void run(Kind kind, Architecture arch, Path directory, int batches)
      throws IOException {
    ChunkBatch batch = new ChunkBatch(arch, kind.chunk, kind.module, kind.makers, directory);
    ChunkArchitectures.seeds(batches).forEach(seed -> batch.run(seed, JOBS));
  }
}
