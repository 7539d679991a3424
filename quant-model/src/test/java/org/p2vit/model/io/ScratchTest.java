package org.p2vit.model.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.p2vit.model.InputException;

class ScratchTest {
  @TempDir Path parent;

  @Test
  void isGoneWhenClosed() throws IOException {
    Path directory;
    try (Scratch scratch = Scratch.in(parent.resolve("cache"), "work-")) {
      directory = scratch.directory();
      assertEquals(parent.resolve("cache"), directory.getParent());
      Files.createDirectories(directory.resolve("a/b"));
      Files.writeString(directory.resolve("a/b/c"), "x");
    }
    assertFalse(Files.exists(directory));
  }

  @Test
  void whatAKilledProcessLeftIsDeletedOnceItIsOld() throws IOException {
    Path stale = aged("work-1", Duration.ofDays(3));
    Path recent = aged("work-2", Duration.ofHours(30));
    Path other = aged("result-1", Duration.ofDays(3));
    Scratch.in(parent, "work-").close();
    assertFalse(Files.exists(stale));
    assertTrue(Files.exists(recent));
    assertTrue(Files.exists(other));
  }

  @Test
  void aShutdownDeletesItAndWhatIsInIt() throws IOException, InterruptedException {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    Process process =
        new ProcessBuilder(
                java,
                "-cp",
                System.getProperty("java.class.path"),
                Leaves.class.getName(),
                parent + "")
            .inheritIO()
            .start();
    assertEquals(3, process.waitFor());
    assertEquals(0, parent.toFile().list().length);
  }

  /** A program that exits while it works. */
  static final class Leaves {
    public static void main(String[] args) throws IOException {
      Scratch scratch = Scratch.in(Path.of(args[0]), "work-");
      Files.writeString(scratch.directory().resolve("file"), "x");
      System.exit(3);
    }
  }

  @Test
  void whereNoneCanBeMadeIsNamed() throws IOException {
    Path file = Files.writeString(parent.resolve("file"), "x");
    String message =
        assertThrows(InputException.class, () -> Scratch.in(file, "work-")).getMessage();
    assertTrue(message.contains(file.toString()), message);
  }

  private Path aged(String name, Duration age) throws IOException {
    Path directory = Files.createDirectory(parent.resolve(name));
    Files.writeString(directory.resolve("file"), "x");
    return Files.setLastModifiedTime(directory, FileTime.from(Instant.now().minus(age)));
  }
}
