package org.p2vit.generator.search;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.p2vit.image.Image;
import org.p2vit.image.ImageSource;
import org.p2vit.model.InputException;
import org.p2vit.model.io.Sha256;
import org.p2vit.quantize.Progress;

/**
 * Labelled images in two parts that have none in common with each other, nor with those that scales
 * are chosen by: what a search has looked at says little about how good its result is.
 *
 * @param search to measure candidates with, evenly spread
 * @param test for the final figure; may be empty
 * @param leftOut images that also calibrate
 * @param fingerprint of the part that the search measures with
 */
public record ImageSplit(ImageSource search, ImageSource test, int leftOut, String fingerprint) {

  /**
   * Splits images; equal pixels count as the same image, whatever the files are called.
   *
   * @param searched how many to measure candidates with
   * @throws InputException if an image has no label, or if none is left
   */
  public static ImageSplit of(
      ImageSource images, ImageSource calibration, int searched, Progress progress) {
    int all = images.count() + calibration.count();
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < calibration.count(); i++) {
      seen.add(digest(calibration.image(i)));
      progress.at("compare images", i + 1, all);
    }
    List<Integer> kept = new ArrayList<>();
    List<String> digests = new ArrayList<>();
    int leftOut = 0;
    for (int i = 0; i < images.count(); i++) {
      Image image = images.image(i);
      if (image.label().isEmpty()) {
        throw new InputException(
            image.name()
                + " has no label; the search measures accuracy and needs one for every image"
                + " (--labels FILE)");
      }
      String digest = digest(image);
      if (seen.add(digest)) {
        kept.add(i);
        digests.add(digest + image.label().getAsInt());
      } else {
        leftOut++;
      }
      progress.at("compare images", calibration.count() + i + 1, all);
    }
    if (kept.isEmpty()) {
      throw new InputException(
          "all "
              + images.count()
              + " images are also calibration images; the search has to measure with others");
    }
    int count = Math.min(searched, kept.size());
    List<Integer> search = new ArrayList<>();
    List<Integer> test = new ArrayList<>();
    MessageDigest fingerprint = Sha256.digest();
    for (int i = 0; i < kept.size(); i++) {
      boolean chosen = (long) (i + 1) * count / kept.size() > (long) i * count / kept.size();
      (chosen ? search : test).add(kept.get(i));
      if (chosen) {
        fingerprint.update(digests.get(i).getBytes(StandardCharsets.UTF_8));
      }
    }
    return new ImageSplit(
        picked(images, search), picked(images, test), leftOut, Sha256.hex(fingerprint));
  }

  private static String digest(Image image) {
    MessageDigest digest = Sha256.digest();
    if (image instanceof Image.Pixels pixels) {
      digest.update(pixels.pixels());
    } else if (image instanceof Image.Tensor tensor) {
      ByteBuffer bytes = ByteBuffer.allocate(4 * tensor.values().length);
      bytes.asFloatBuffer().put(tensor.values());
      digest.update(bytes.array());
    }
    return Sha256.hex(digest);
  }

  private static ImageSource picked(ImageSource images, List<Integer> indices) {
    return new ImageSource() {
      @Override
      public int count() {
        return indices.size();
      }

      @Override
      public Image image(int index) {
        return images.image(indices.get(index));
      }
    };
  }
}
