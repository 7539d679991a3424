package org.p2vit.generator.cli;

import java.nio.file.Path;
import org.p2vit.generator.energy.EnergyCosts;
import picocli.CommandLine.Option;

/** {@code --costs FILE.json}: the user's energies an event. */
final class CostsOption {

  @Option(
      names = "--costs",
      paramLabel = "FILE.json",
      description =
          "Energies an event of your technology (default: 45 nm, published; see docs/energy.md).")
  private Path file;

  /** Whether they are the user's. */
  boolean given() {
    return file != null;
  }

  /** Those of the file, or the shipped ones. */
  EnergyCosts read() {
    return given() ? EnergyCosts.read(file) : EnergyCosts.standard();
  }
}
