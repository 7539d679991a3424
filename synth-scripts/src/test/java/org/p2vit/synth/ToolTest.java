package org.p2vit.synth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.p2vit.model.InputException;

class ToolTest {
  private static final Duration MINUTE = Duration.ofMinutes(1);

  @TempDir Path directory;

  @Test
  void whatItSaysIsInTheLog() throws IOException {
    shell("echo first; echo second >&2", MINUTE);
    assertEquals("first\nsecond\n", Files.readString(log()));
  }

  @Test
  void aMissingToolIsNamedWithItsPackage() {
    Tool tool = Tool.ofDebian("no-such-tool", "some-package");
    InputException e =
        assertThrows(InputException.class, () -> tool.run(List.of(), directory, log(), MINUTE));
    assertTrue(e.getMessage().contains("no-such-tool"), e.getMessage());
    assertTrue(e.getMessage().contains("apt-get install some-package"), e.getMessage());
  }

  @Test
  void aFailureTellsTheFirstErrorAndTheLog() {
    InputException e =
        assertThrows(
            InputException.class,
            () -> shell("echo one; echo ERROR: two; echo three; exit 3", MINUTE));
    assertTrue(e.getMessage().contains("status 3"), e.getMessage());
    assertTrue(e.getMessage().contains("ERROR: two"), e.getMessage());
    assertTrue(e.getMessage().contains(log().toString()), e.getMessage());
  }

  @Test
  void aCrashIsAFailure() {
    InputException e =
        assertThrows(InputException.class, () -> shell("echo so far; kill -SEGV $$", MINUTE));
    assertTrue(e.getMessage().contains("so far"), e.getMessage());
  }

  @Test
  void whatTakesTooLongIsStopped() {
    long start = System.nanoTime();
    InputException e =
        assertThrows(InputException.class, () -> shell("sleep 60 & wait", Duration.ofSeconds(1)));
    assertTrue(e.getMessage().contains("longer than 1 s"), e.getMessage());
    assertTrue(e.getMessage().contains(log().toString()), e.getMessage());
    assertTrue(System.nanoTime() - start < 30_000_000_000L, "it was not stopped");
  }

  private void shell(String script, Duration atMost) {
    new Tool("sh", "it is part of any system").run(List.of("-c", script), directory, log(), atMost);
  }

  private Path log() {
    return directory.resolve("log");
  }
}
