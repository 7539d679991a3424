package org.p2vit.generator.cli;

import picocli.CommandLine.Option;

/** What the program does beyond computing a model. */
final class ProgramOptions {

  @Option(
      names = "--back-to-back",
      paramLabel = "N",
      defaultValue = "1",
      description =
          "Images that one start computes, each overlapping with the next (default: ${DEFAULT-VALUE}).")
  private int images;

  int images() {
    return images;
  }
}
