package org.p2vit.generator.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** Files of the demonstration, as a user would have them. */
final class DemoFiles {
  static final String MODEL = "vit-mnist.onnx";
  static final String IMAGES = "evaluation-images-idx3-ubyte.gz";
  static final String LABELS = "evaluation-labels-idx1-ubyte.gz";
  static final String CALIBRATION = "calibration-images-idx3-ubyte.gz";

  private DemoFiles() {}

  /** Copies one into a folder. */
  static Path copy(String name, Path folder) throws IOException {
    Path file = folder.resolve(name);
    try (InputStream in = DemoCommand.class.getResourceAsStream("/org/p2vit/demo/" + name)) {
      Files.copy(in, file);
    }
    return file;
  }
}
