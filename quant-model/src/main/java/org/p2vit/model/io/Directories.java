package org.p2vit.model.io;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;
import org.p2vit.model.InputException;

/** Whole directories. */
public final class Directories {
  private Directories() {}

  /**
   * Deletes a directory and all that is in it; nothing if it is not there. Links are deleted, not
   * followed.
   *
   * @throws InputException naming what cannot be deleted
   */
  public static void delete(Path directory) {
    if (!Files.exists(directory)) {
      return;
    }
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw FileErrors.cannot("delete", directory, e);
    } catch (UncheckedIOException e) {
      throw FileErrors.cannot("delete", directory, e.getCause());
    }
  }
}
