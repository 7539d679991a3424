package org.p2vit.quantize;

import java.util.ArrayList;
import java.util.List;
import org.p2vit.image.Image;
import org.p2vit.image.ImageSource;
import org.p2vit.model.InputException;
import org.p2vit.model.Preprocessing;
import org.p2vit.model.VitShape;
import org.p2vit.onnx.FloatVit;

/** A float model and the images to choose its integers by; serves any number of quantizations. */
public final class Calibration {
  /**
   * Tokens to calibrate with if nothing else is said: what 128 images of 224 x 224 in patches of 16
   * have. Time and memory grow with tokens, and a model of few an image is fitted to few rows else.
   */
  public static final int DEFAULT_TOKENS = 128 * 197;

  /** Images if nothing else is said, however many tokens one has. */
  public static final int LEAST_IMAGES = 128;

  private final FloatVit vit;
  private final double[] mean;
  private final double[] std;
  private final List<float[][]> patches = new ArrayList<>();

  private Calibration(FloatVit vit, double[] mean, double[] std) {
    this.vit = vit;
    this.mean = mean;
    this.std = std;
  }

  /**
   * Reads images.
   *
   * @param mean of pixels, one an image channel
   * @param std one an image channel
   * @throws InputException if there are none, or one has the wrong size or a value that is not
   *     finite, or all are of one colour
   */
  public static Calibration collect(
      FloatVit vit, ImageSource images, double[] mean, double[] std, Progress progress) {
    checkNormalization(vit.shape(), mean, std);
    if (images.count() == 0) {
      throw new InputException("calibration needs at least one image, and there is none");
    }
    Calibration calibration = new Calibration(vit, mean.clone(), std.clone());
    Preprocessing normalize = new Preprocessing(mean, std, 0);
    boolean constant = true;
    for (int i = 0; i < images.count(); i++) {
      Image image = images.image(i);
      image.requireShape(vit.shape());
      float[] pixels = image.normalized(normalize);
      constant &= isConstant(image, pixels);
      calibration.patches.add(patches(vit.shape(), pixels));
      progress.at("read images", i + 1, images.count());
    }
    if (constant) {
      throw new InputException(
          "calibration: each of the "
              + images.count()
              + " images ("
              + images.image(0).name()
              + " and so on) is of one colour; images like those of the model's task are needed");
    }
    return calibration;
  }

  private static void checkNormalization(VitShape shape, double[] mean, double[] std) {
    if (mean.length != shape.imageChannels() || std.length != shape.imageChannels()) {
      throw new InputException(
          "mean has "
              + mean.length
              + " and std "
              + std.length
              + " values; the model's images have "
              + shape.imageChannels()
              + " channels");
    }
    for (double m : mean) {
      if (!Double.isFinite(m)) {
        throw new InputException("mean " + m + "; finite numbers are accepted");
      }
    }
    for (double s : std) {
      if (!(s > 0) || Double.isInfinite(s)) {
        throw new InputException("std " + s + "; positive numbers are accepted");
      }
    }
  }

  /** Whether every channel of an image has one value only. */
  private static boolean isConstant(Image image, float[] pixels) {
    int area = image.height() * image.width();
    boolean constant = true;
    for (int i = 0; i < pixels.length; i++) {
      if (!Float.isFinite(pixels[i])) {
        throw new InputException(
            image.name()
                + ": value "
                + i
                + " (counted channel, row, column) is "
                + pixels[i]
                + "; finite numbers are accepted");
      }
      constant &= pixels[i] == pixels[i / area * area];
    }
    return constant;
  }

  /** Rows of patches as docs/numerics.md section 2 orders them, without the class token's. */
  private static float[][] patches(VitShape s, float[] pixels) {
    int p = s.patchSize();
    int across = s.imageWidth() / p;
    float[][] rows = new float[s.patches()][s.patchDim()];
    for (int i = 0; i < rows.length; i++) {
      int top = i / across * p;
      int left = i % across * p;
      int next = 0;
      for (int c = 0; c < s.imageChannels(); c++) {
        for (int y = top; y < top + p; y++) {
          int from = (c * s.imageHeight() + y) * s.imageWidth() + left;
          System.arraycopy(pixels, from, rows[i], next, p);
          next += p;
        }
      }
    }
    return rows;
  }

  /** How many images to calibrate a model of this shape with if nothing else is said. */
  public static int defaultImages(VitShape shape) {
    int tokens = shape.tokens();
    return Math.max(LEAST_IMAGES, (DEFAULT_TOKENS + tokens - 1) / tokens);
  }

  FloatVit vit() {
    return vit;
  }

  double[] mean() {
    return mean.clone();
  }

  double[] std() {
    return std.clone();
  }

  int images() {
    return patches.size();
  }

  /** Normalized pixels of an image's patches; not to be changed. */
  float[][] patches(int image) {
    return patches.get(image);
  }
}
