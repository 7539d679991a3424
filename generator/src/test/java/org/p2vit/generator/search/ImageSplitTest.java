package org.p2vit.generator.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.p2vit.image.Image;
import org.p2vit.image.ImageSource;
import org.p2vit.model.InputException;
import org.p2vit.quantize.Progress;

class ImageSplitTest {

  @Test
  void partsHaveNoImageInCommon() {
    // Ten pictures of 50, one of them twice, also calibrate; they are called otherwise there.
    ImageSource images = images(IntStream.concat(IntStream.range(0, 50), IntStream.of(7)), true);
    ImageSource calibration = images(IntStream.range(0, 10), false);
    ImageSplit split = ImageSplit.of(images, calibration, 16, Progress.NONE);
    assertEquals(16, split.search().count());
    assertEquals(24, split.test().count());
    assertEquals(11, split.leftOut());
    Set<Integer> pictures = new HashSet<>();
    for (ImageSource part : List.of(split.search(), split.test(), calibration)) {
      for (int i = 0; i < part.count(); i++) {
        assertTrue(pictures.add(picture(part.image(i))), part.image(i).name());
      }
    }
    // Evenly spread.
    assertTrue(picture(split.search().image(0)) < 13);
    assertTrue(picture(split.search().image(15)) > 46);
  }

  @Test
  void fingerprintTellsImagesAndLabelsApart() {
    ImageSource none = images(IntStream.empty(), false);
    String first =
        ImageSplit.of(images(IntStream.range(0, 8), true), none, 4, Progress.NONE).fingerprint();
    assertEquals(
        first,
        ImageSplit.of(images(IntStream.range(0, 8), true), none, 4, Progress.NONE).fingerprint());
    assertNotEquals(
        first,
        ImageSplit.of(images(IntStream.range(1, 9), true), none, 4, Progress.NONE).fingerprint());
  }

  @Test
  void namesAnImageWithoutLabel() {
    ImageSource none = images(IntStream.empty(), false);
    InputException e =
        assertThrows(
            InputException.class,
            () -> ImageSplit.of(images(IntStream.range(0, 3), false), none, 2, Progress.NONE));
    assertTrue(e.getMessage().contains("picture 0 has no label"), e.getMessage());
    assertTrue(e.getMessage().contains("--labels"), e.getMessage());
  }

  @Test
  void refusesToMeasureWithCalibrationImagesAlone() {
    InputException e =
        assertThrows(
            InputException.class,
            () ->
                ImageSplit.of(
                    images(IntStream.range(0, 3), true),
                    images(IntStream.range(0, 3), false),
                    2,
                    Progress.NONE));
    assertTrue(e.getMessage().contains("all 3 images"), e.getMessage());
  }

  private static int picture(Image image) {
    return ((Image.Pixels) image).pixels()[0];
  }

  private static ImageSource images(IntStream pictures, boolean labelled) {
    List<Image.Pixels> all =
        pictures
            .mapToObj(
                p ->
                    new Image.Pixels(
                        "picture " + p,
                        1,
                        1,
                        1,
                        new byte[] {(byte) p},
                        labelled ? OptionalInt.of(p % 10) : OptionalInt.empty()))
            .toList();
    return new ImageSource() {
      @Override
      public int count() {
        return all.size();
      }

      @Override
      public Image image(int index) {
        return all.get(index);
      }
    };
  }
}
