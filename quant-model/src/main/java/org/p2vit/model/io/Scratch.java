package org.p2vit.model.io;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.p2vit.model.InputException;

/**
 * A directory for the time of some work: deleted when this is closed and when the JVM shuts down
 * (Ctrl-C). One that a killed process left is deleted when another of that name is made, once
 * nobody can be working in it any more.
 */
public final class Scratch implements AutoCloseable {
  /** No work takes that long without making a file. */
  private static final Duration STALE = Duration.ofDays(2);

  private static final int ATTEMPTS = 20;
  private static final int PAUSE_MILLIS = 50;

  private final Path directory;
  private final Thread remover;

  private Scratch(Path directory) {
    this.directory = directory;
    this.remover = new Thread(this::remove, "remove " + directory);
    try {
      Runtime.getRuntime().addShutdownHook(remover);
    } catch (IllegalStateException e) {
      // The JVM is shutting down already; other threads go on until it has.
      remove();
      throw e;
    }
  }

  /**
   * Makes one below a directory, which is made as well.
   *
   * @param prefix of its name, which nothing else there has
   * @throws InputException if it cannot be made
   */
  public static Scratch in(Path parent, String prefix) {
    try {
      Files.createDirectories(parent);
      deleteStale(parent, prefix);
      return new Scratch(Files.createTempDirectory(parent, prefix));
    } catch (IOException e) {
      throw FileErrors.cannot("make a directory in", parent, e);
    } catch (UncheckedIOException e) {
      throw FileErrors.cannot("read", parent, e.getCause());
    }
  }

  /** Makes one where the system keeps such. */
  public static Scratch temporary(String prefix) {
    return in(Path.of(System.getProperty("java.io.tmpdir")), prefix);
  }

  public Path directory() {
    return directory;
  }

  @Override
  public void close() {
    Directories.delete(directory);
    try {
      Runtime.getRuntime().removeShutdownHook(remover);
    } catch (IllegalStateException e) {
      // The JVM is shutting down: the hook runs, which is what it is for.
    }
  }

  /** At shutdown, other threads and children may write until they have ended. */
  private void remove() {
    for (int i = 0; i < ATTEMPTS && Files.exists(directory); i++) {
      try {
        Directories.delete(directory);
        Thread.sleep(PAUSE_MILLIS);
      } catch (InputException e) {
        // Once more.
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  private static void deleteStale(Path parent, String prefix) throws IOException {
    FileTime limit = FileTime.from(Instant.now().minus(STALE));
    List<Path> all;
    try (Stream<Path> files = Files.list(parent)) {
      all = files.filter(f -> f.getFileName().toString().startsWith(prefix)).toList();
    }
    for (Path file : all) {
      try {
        if (Files.isDirectory(file) && Files.getLastModifiedTime(file).compareTo(limit) < 0) {
          Directories.delete(file);
        }
      } catch (IOException | InputException e) {
        // Another process deletes it, or it is another user's.
      }
    }
  }
}
