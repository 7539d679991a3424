package org.p2vit.generator.cli;

import org.p2vit.P2vit;
import org.p2vit.image.ImageSource;
import org.p2vit.model.VitShape;
import org.p2vit.quantize.Calibration;
import picocli.CommandLine.Option;

/** {@code --calibration-count N}: how many images to calibrate with. */
final class CalibrationCountOption {

  @Option(
      names = "--calibration-count",
      paramLabel = "N",
      description =
          "Calibrate with at most N images, evenly spread (default: as many as have "
              + Calibration.DEFAULT_TOKENS
              + " tokens together, but at least "
              + Calibration.LEAST_IMAGES
              + ").")
  private Integer count;

  /** For a model of this shape. */
  int of(VitShape shape) {
    return count == null ? Calibration.defaultImages(shape) : count;
  }

  /** Those of the images that calibrate a model of this shape. */
  ImageSource choose(ImageSource images, VitShape shape) {
    return P2vit.spread(images, of(shape));
  }
}
