package org.p2vit.generator.cli;

import org.p2vit.generator.compile.CompileOptions;
import org.p2vit.generator.compile.Overlap;
import org.p2vit.model.InputException;
import picocli.CommandLine.Option;

/** What the program does beyond computing a model. */
final class ProgramOptions {
  /** More would only take longer and longer: the pipeline is full after a few. */
  private static final int MOST_IMAGES = 1000;

  @Option(
      names = "--back-to-back",
      paramLabel = "N",
      defaultValue = "1",
      description =
          "Images that one start computes, each overlapping with the next, at most "
              + MOST_IMAGES
              + " (default: ${DEFAULT-VALUE}).")
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
    if (images < 1 || images > MOST_IMAGES) {
      throw new InputException(
          "--back-to-back " + images + "; accepted are 1 to " + MOST_IMAGES + " images a start");
    }
    return images;
  }

  CompileOptions options() {
    return new CompileOptions(images(), new Overlap(!noInterLayer, !noIntraLayer));
  }
}
