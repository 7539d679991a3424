package org.p2vit.synth;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.p2vit.model.io.Directories;
import org.p2vit.model.io.FileErrors;

/** A directory for the time of some work. */
public record Scratch(Path directory) implements AutoCloseable {

  /** Makes one below a directory, which is made as well. */
  public static Scratch in(Path parent) {
    try {
      Files.createDirectories(parent);
      return new Scratch(Files.createTempDirectory(parent, "work-"));
    } catch (IOException e) {
      throw FileErrors.cannot("make a directory in", parent, e);
    }
  }

  @Override
  public void close() {
    Directories.delete(directory);
  }
}
