package org.p2vit.generator.sweep;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.p2vit.quantize.Progress;

/** Against a real Slurm whose only node is this machine. Points are measured by a shell script. */
@Tag("large")
class SlurmExecutorTest {
  private static final Path SCRIPT = Path.of("src/test/scripts/one-node-slurm.sh").toAbsolutePath();
  private static final int POINTS = 4;

  @TempDir Path directory;
  private Path slurm;
  private final List<Path> points = new ArrayList<>();

  @BeforeEach
  void start() throws IOException, InterruptedException {
    assumeTrue(Files.exists(Path.of("/usr/sbin/slurmctld")), "no Slurm: slurm-wlm, munge");
    slurm = directory.resolve("slurm");
    assertEquals(0, node("start"), "Slurm does not start");
    for (int i = 0; i < POINTS; i++) {
      points.add(Files.createDirectories(directory.resolve("points/p" + i)));
    }
  }

  @AfterEach
  void stop() throws IOException, InterruptedException {
    if (slurm != null) {
      node("stop");
    }
  }

  private int node(String action) throws IOException, InterruptedException {
    Files.createDirectories(slurm);
    return new ProcessBuilder(SCRIPT.toString(), action, slurm.toString())
        .inheritIO()
        .start()
        .waitFor();
  }

  private SlurmExecutor executor(String script) throws IOException {
    Path file = directory.resolve("measure.sh");
    Files.writeString(file, script);
    SlurmClient client = new SlurmClient(slurm.resolve("slurm.conf"));
    return new SlurmExecutor(client, directory, List.of("/bin/sh", file.toString()));
  }

  private static final String RESULT =
      "echo '{\"id\": \"x\", \"cycles\": 7, \"exact\": true}' > \"$1/measurement.json\"\n";

  @Test
  void everyPointGetsItsResult() throws IOException {
    executor(RESULT).run(points, Progress.NONE);
    for (Path point : points) {
      assertEquals(7, Measurement.read(point).orElseThrow().cycles());
    }
  }

  @Test
  void lostJobsAreSubmittedAgain() throws IOException {
    // The first attempt at each point ends without a result.
    executor("[ -e \"$1/tried\" ] || { touch \"$1/tried\"; kill -9 $$; }\n" + RESULT)
        .run(points, Progress.NONE);
    for (Path point : points) {
      assertEquals(7, Measurement.read(point).orElseThrow().cycles());
    }
  }

  @Test
  void whatIsLostAgainAndAgainFails() throws IOException {
    executor("case $1 in *p2) echo . >> \"$1/tries\"; exit 1;; esac\n" + RESULT)
        .run(points, Progress.NONE);
    assertTrue(Measurement.read(points.get(1)).orElseThrow().done());
    Measurement lost = Measurement.read(points.get(2)).orElseThrow();
    assertTrue(lost.error().contains("3 times without a result"), lost.error());
    assertEquals(3, Files.readAllLines(points.get(2).resolve("tries")).size());
  }
}
