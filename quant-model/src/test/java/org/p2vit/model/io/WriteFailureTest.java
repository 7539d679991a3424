package org.p2vit.model.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.p2vit.model.InputException;
import org.p2vit.model.QuantizedModel;
import org.p2vit.model.RandomModels;
import org.p2vit.model.RandomModels.WeightBits;
import org.p2vit.model.VitShape;

class WriteFailureTest {
  private static final QuantizedModel MODEL =
      RandomModels.model(1, new VitShape(1, 8, 8, 4, 8, 1, 2, 8, 3), WeightBits.W8);

  @TempDir Path directory;

  @Test
  void readOnlyDirectory() throws IOException {
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("r-xr-xr-x"));
    assumeFalse(Files.isWritable(directory), "root writes to read-only directories");
    rejected(directory, "permission denied");
  }

  @Test
  void fileWhereTheDirectoryShouldBe() throws IOException {
    Path file = Files.writeString(directory.resolve("out"), "x");
    rejected(file, "cannot make the directory", "in the way");
    rejected(file.resolve("below"), "cannot make the directory");
    assertEquals("x", Files.readString(file));
  }

  /** Not even root can. */
  @Test
  void whereNoDirectoryCanBeMade() {
    rejected(Path.of("/proc/p2vit"), "cannot make the directory /proc/p2vit");
  }

  @Test
  void directoryWhereTheFileShouldBe() throws IOException {
    Files.createDirectory(directory.resolve(ModelFiles.MODEL_FILE));
    rejected(directory, ModelFiles.MODEL_FILE, "a directory of that name");
    assertEquals(List.of(ModelFiles.MODEL_FILE), filesIn(directory));
  }

  @Test
  void brokenModelIsNotWritten() throws IOException {
    QuantizedModel m = MODEL;
    QuantizedModel broken =
        new QuantizedModel(
            m.name(),
            m.shape(),
            20,
            m.preprocessing(),
            m.patchEmbedding(),
            m.position(),
            m.embed(),
            m.blocks(),
            m.norm(),
            m.head(),
            m.logitsExponent());
    var e = assertThrows(InputException.class, () -> ModelFiles.write(broken, directory));
    assertTrue(e.getMessage().contains("residualBits is 20, accepted: 8 to 16"), e.getMessage());
    assertEquals(List.of(), filesIn(directory));
  }

  /** A limit on a file's size stops a write in its middle, as a full disk does. */
  @Test
  void diskThatIsFullHalfWayThrough() throws IOException, InterruptedException {
    ModelFiles.write(MODEL, directory);
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    String command =
        "ulimit -f 16; exec '%s' -XX:-UsePerfData -cp '%s' %s '%s'"
            .formatted(
                java,
                System.getProperty("java.class.path"),
                FailingWriter.class.getName(),
                directory);
    Process process = new ProcessBuilder("bash", "-c", command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes());
    process.waitFor();
    assertTrue(output.startsWith("cannot write " + directory), output);
    assertTrue(output.contains(ModelFiles.WEIGHTS_FILE), output);
    assertEquals(List.of(ModelFiles.MODEL_FILE, ModelFiles.WEIGHTS_FILE), filesIn(directory));
    assertEquals(MODEL.shape(), ModelFiles.read(directory).shape(), "the old model is still there");
  }

  @Test
  void nothingIsReplacedUnlessAllCanBeWritten() throws IOException {
    Files.writeString(directory.resolve("a"), "old");
    Files.createDirectory(directory.resolve("b"));
    var contents = new TreeMap<>(Map.of("a", new byte[9], "b", new byte[9]));
    assertThrows(InputException.class, () -> AtomicFiles.write(directory, contents));
    assertEquals("old", Files.readString(directory.resolve("a")));
    assertEquals(List.of("a", "b"), filesIn(directory));
  }

  private static void rejected(Path directory, String... words) {
    var e = assertThrows(InputException.class, () -> ModelFiles.write(MODEL, directory));
    for (String word : words) {
      assertTrue(e.getMessage().contains(word), () -> "\"" + word + "\" in: " + e.getMessage());
    }
  }

  private static List<String> filesIn(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(f -> f.getFileName().toString()).sorted().toList();
    }
  }
}
