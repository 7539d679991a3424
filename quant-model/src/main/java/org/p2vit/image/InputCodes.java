package org.p2vit.image;

import org.p2vit.model.InputException;
import org.p2vit.model.Preprocessing;
import org.p2vit.model.VitShape;
import org.p2vit.numerics.Rounding;

/** From an image to the codes of the {@code input} tensor (docs/numerics.md section 2). */
public final class InputCodes {
  private InputCodes() {}

  /**
   * @return T x patchDim; row 0 is zeros, then the patches row by row
   * @throws InputException if the image has another size than the model's
   */
  public static byte[] of(Image image, Preprocessing preprocessing, VitShape shape) {
    image.requireShape(shape);
    double[] mean = preprocessing.mean();
    double[] std = preprocessing.std();
    if (mean.length != shape.imageChannels() || std.length != mean.length) {
      throw new InputException(
          "preprocessing has "
              + mean.length
              + " means and "
              + std.length
              + " standard deviations; the model's images have "
              + shape.imageChannels()
              + " channels");
    }
    int p = shape.patchSize();
    int height = shape.imageHeight();
    int width = shape.imageWidth();
    byte[] codes = new byte[shape.tokens() * shape.patchDim()];
    int at = shape.patchDim();
    for (int top = 0; top < height; top += p) {
      for (int left = 0; left < width; left += p) {
        for (int c = 0; c < shape.imageChannels(); c++) {
          for (int y = top; y < top + p; y++) {
            for (int x = left; x < left + p; x++) {
              double v = image.value((c * height + y) * width + x, mean, std);
              codes[at++] = (byte) Rounding.quantize(v, preprocessing.exponent(), 8);
            }
          }
        }
      }
    }
    return codes;
  }
}
