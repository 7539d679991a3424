package org.p2vit.generator.verify;

import java.util.OptionalInt;
import java.util.Random;
import org.p2vit.image.Image;
import org.p2vit.image.ImageSource;
import org.p2vit.model.VitShape;

/** Noise of a model's image size, for models that recognize nothing anyway. */
public record NoiseImages(VitShape shape, int count) implements ImageSource {

  @Override
  public Image image(int index) {
    VitShape s = shape;
    byte[] pixels = new byte[s.imageChannels() * s.imageHeight() * s.imageWidth()];
    new Random(index).nextBytes(pixels);
    return new Image.Pixels(
        "noise " + index,
        s.imageChannels(),
        s.imageHeight(),
        s.imageWidth(),
        pixels,
        OptionalInt.empty());
  }
}
