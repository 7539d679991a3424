package org.p2vit.verif;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;

/**
 * Verilator's run-time library, compiled: the same for all designs that are built with the same
 * flags, and more work than many a chunk, so it is kept in the cache as well.
 */
final class RuntimeObjects {
  private final Path directory;

  /**
   * @param directory of the cache that belongs to the flags; need not exist
   */
  RuntimeObjects(Path directory) {
    this.directory = directory;
  }

  /** Puts what is there into an object directory, so that make finds it done. */
  void copyTo(Path objects) throws IOException {
    if (!Files.isDirectory(directory)) {
      return;
    }
    for (Path file : objectsIn(directory)) {
      Files.copy(file, objects.resolve(file.getFileName()));
    }
  }

  /**
   * Keeps the library objects of a finished build unless they are there already.
   *
   * @param temporary an empty directory on the same file system, which may be moved away
   */
  void keepFrom(Path objects, Path temporary) throws IOException {
    if (Files.exists(directory)) {
      return;
    }
    for (Path file : objectsIn(objects)) {
      Files.copy(file, temporary.resolve(file.getFileName()));
    }
    try {
      Files.move(temporary, directory, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      if (!Files.isDirectory(directory)) { // else another build was faster
        throw e;
      }
    }
  }

  private static List<Path> objectsIn(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.filter(f -> f.getFileName().toString().matches("verilated.*\\.o")).toList();
    }
  }
}
