package org.p2vit.generator.cli;

import java.nio.file.Path;
import org.p2vit.model.QuantizedModel;
import org.p2vit.model.io.ModelFiles;
import picocli.CommandLine.Parameters;

/** {@code MODEL}: the quantized model that a command is about. */
final class ModelParameter {

  @Parameters(
      paramLabel = "MODEL",
      description = "Folder that 'quantize' wrote, or its model.json.")
  private Path path;

  QuantizedModel read() {
    return ModelFiles.read(path);
  }
}
