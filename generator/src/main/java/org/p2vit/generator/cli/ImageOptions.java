package org.p2vit.generator.cli;

import java.nio.file.Path;
import org.p2vit.image.ImageFiles;
import org.p2vit.image.ImageSource;
import org.p2vit.model.InputException;
import org.p2vit.model.VitShape;
import picocli.CommandLine.Option;

/** Where images come from. */
final class ImageOptions {

  @Option(
      names = "--images",
      paramLabel = "PATH",
      required = true,
      description =
          "Folder of PNG or JPEG files (its labels.csv is used), a single one, MNIST IDX (may be gzipped), "
              + "CIFAR-10 binary (.bin), float32 tensors, normalized, NCHW (.npy, .f32).")
  private Path images;

  @Option(
      names = "--labels",
      paramLabel = "FILE",
      description = "Labels: CSV with the columns file and class, or IDX.")
  private Path labels;

  @Option(
      names = "--first",
      paramLabel = "N",
      defaultValue = "0",
      description = "Skip N images (default 0).")
  private int first;

  @Option(
      names = "--count",
      paramLabel = "N",
      description =
          "Use at most N images (default: all; for 'verify' and 'power', those of one start).")
  private Integer count;

  ImageSource open(VitShape shape) {
    return open(shape, Integer.MAX_VALUE);
  }

  /**
   * @param defaultCount used unless {@code --count} says otherwise
   */
  ImageSource open(VitShape shape, int defaultCount) {
    int most = count == null ? defaultCount : count;
    ImageSource all = ImageFiles.open(images, labels, shape);
    if (first < 0 || first >= all.count() || most < 1) {
      throw new InputException(
          images
              + ": --first "
              + first
              + (most == Integer.MAX_VALUE ? "" : " --count " + most)
              + " selects none of its "
              + all.count()
              + " images");
    }
    return all.slice(first, (int) Math.min(all.count(), (long) first + most));
  }
}
