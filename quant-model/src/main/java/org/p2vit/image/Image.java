package org.p2vit.image;

import java.util.OptionalInt;
import org.p2vit.model.InputException;
import org.p2vit.model.Preprocessing;
import org.p2vit.model.VitShape;

/** One image, channel by channel, rows top to bottom. */
public sealed interface Image {

  /** For people: the file, or the position in it. */
  String name();

  int channels();

  int height();

  int width();

  /** The class, if known. */
  OptionalInt label();

  /**
   * The normalized value of element {@code i}, counted channel, row, column.
   *
   * @param mean one an image channel; not used by tensors, which are normalized already
   * @param std one an image channel
   */
  double value(int i, double[] mean, double[] std);

  /**
   * Pixels, to be normalized.
   *
   * @param pixels channels x height x width, 0 to 255
   */
  record Pixels(String name, int channels, int height, int width, byte[] pixels, OptionalInt label)
      implements Image {
    @Override
    public double value(int i, double[] mean, double[] std) {
      int channel = i / (height * width);
      return ((pixels[i] & 0xff) / 255.0 - mean[channel]) / std[channel];
    }
  }

  /**
   * Values that are normalized already.
   *
   * @param values channels x height x width
   */
  record Tensor(String name, int channels, int height, int width, float[] values, OptionalInt label)
      implements Image {
    @Override
    public double value(int i, double[] mean, double[] std) {
      return values[i];
    }
  }

  /** All values, normalized, for the float model. */
  default float[] normalized(Preprocessing preprocessing) {
    float[] values = new float[channels() * height() * width()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) value(i, preprocessing.mean(), preprocessing.std());
    }
    return values;
  }

  /**
   * @throws InputException if the image has another size than the model's
   */
  default void requireShape(VitShape shape) {
    if (channels() != shape.imageChannels()
        || height() != shape.imageHeight()
        || width() != shape.imageWidth()) {
      throw new InputException(
          name()
              + ": the image is "
              + describe(channels(), height(), width())
              + "; the model takes "
              + describe(shape.imageChannels(), shape.imageHeight(), shape.imageWidth()));
    }
  }

  private static String describe(int channels, int height, int width) {
    return width
        + " x "
        + height
        + " with "
        + channels
        + (channels == 1 ? " channel" : " channels");
  }
}
