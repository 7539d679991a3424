package org.p2vit.generator.cli;

import org.p2vit.generator.compile.CompileOptions;
import org.p2vit.generator.compile.Overlap;
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

  @Option(
      names = "--no-inter-layer",
      description =
          "Ablation: a layer starts when those ahead of it have ended (see docs/ablation.md).")
  private boolean noInterLayer;

  @Option(
      names = "--no-intra-layer",
      description = "Ablation: inside a layer, one job runs at a time, loads included.")
  private boolean noIntraLayer;

  int images() {
    return images;
  }

  CompileOptions options() {
    return new CompileOptions(images, new Overlap(!noInterLayer, !noIntraLayer));
  }
}
