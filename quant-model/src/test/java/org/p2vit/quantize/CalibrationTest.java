package org.p2vit.quantize;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.p2vit.image.Image;
import org.p2vit.image.ImageSource;
import org.p2vit.model.InputException;
import org.p2vit.model.VitShape;
import org.p2vit.onnx.FloatVit;
import org.p2vit.onnx.OnnxVitImporter;

/** How many images calibrate, and which nothing can be calibrated with. */
class CalibrationTest {
  private static final FloatVit VIT =
      OnnxVitImporter.read(
          Path.of(System.getProperty("p2vit.root", ".."))
              .resolve("generator/src/main/resources/org/p2vit/demo/vit-mnist.onnx"));
  private static final double[] ZERO = {0};
  private static final double[] ONE = {1};

  @Test
  void takesMoreImagesOfFewerTokens() {
    assertEquals(128, Calibration.defaultImages(shape(224, 16)));
    // 65 and 577 tokens.
    assertEquals(388, Calibration.defaultImages(shape(32, 4)));
    assertEquals(128, Calibration.defaultImages(shape(384, 16)));
  }

  private static VitShape shape(int size, int patch) {
    return new VitShape(3, size, size, patch, 192, 12, 3, 768, 1000);
  }

  @Test
  void rejectsNoImages() {
    assertRejected(source(), ZERO, ONE, "at least one image");
  }

  @Test
  void rejectsImagesOfAnotherShape() {
    assertRejected(source(varied("good", 28), varied("small", 14)), ZERO, ONE, "small", "14", "28");
  }

  @Test
  void rejectsImagesOfOneColour() {
    assertRejected(source(flat("grey"), flat("same")), ZERO, ONE, "2 images", "grey", "one colour");
    // One image among others may be so.
    Calibration.collect(VIT, source(flat("grey"), varied("good", 28)), ZERO, ONE, Progress.NONE);
  }

  @Test
  void rejectsValuesThatAreNotFinite() {
    for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
      Image.Tensor image = varied("broken", 28);
      image.values()[75] = bad;
      assertRejected(
          source(varied("good", 28), image), ZERO, ONE, "broken", "75", String.valueOf(bad));
    }
  }

  @Test
  void rejectsNormalizationThatDoesNotFit() {
    ImageSource images = source(varied("good", 28));
    assertRejected(images, new double[3], new double[] {1, 1, 1}, "3", "1 channel");
    assertRejected(images, new double[] {Double.NaN}, ONE, "mean", "NaN");
    assertRejected(images, ZERO, new double[] {0}, "std", "0.0");
  }

  private static Image.Tensor varied(String name, int size) {
    float[] values = new float[size * size];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) Math.sin(i);
    }
    return new Image.Tensor(name, 1, size, size, values, OptionalInt.empty());
  }

  private static Image.Tensor flat(String name) {
    Image.Tensor image = varied(name, 28);
    Arrays.fill(image.values(), 0.5f);
    return image;
  }

  private static ImageSource source(Image... images) {
    List<Image> list = List.of(images);
    return new ImageSource() {
      @Override
      public int count() {
        return list.size();
      }

      @Override
      public Image image(int index) {
        return list.get(index);
      }
    };
  }

  private static void assertRejected(
      ImageSource images, double[] mean, double[] std, String... parts) {
    InputException e =
        assertThrows(
            InputException.class, () -> Calibration.collect(VIT, images, mean, std, Progress.NONE));
    for (String part : parts) {
      assertTrue(e.getMessage().contains(part), "'" + e.getMessage() + "' should have " + part);
    }
  }
}
