package org.p2vit.image;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import java.util.OptionalInt;
import org.p2vit.model.InputException;

/**
 * Gray images in the IDX format of the MNIST database, gzipped or not: a big-endian header {@code
 * 0x00000803}, count, rows, columns, then the pixels; labels {@code 0x00000801}, count, then one
 * byte each.
 */
public final class IdxImages implements ImageSource {
  private static final int IMAGES = 0x803;
  private static final int LABELS = 0x801;

  private final String name;
  private final ByteBuffer images;
  private final byte[] labels;
  private final int count;
  private final int height;
  private final int width;

  private IdxImages(String name, byte[] imageBytes, String labelName, byte[] labelBytes) {
    this.name = name;
    images = ByteBuffer.wrap(imageBytes);
    if (imageBytes.length < 16 || images.getInt(0) != IMAGES) {
      throw new InputException(name + ": not an IDX file of images (magic number 0x803)");
    }
    count = images.getInt(4);
    height = images.getInt(8);
    width = images.getInt(12);
    long expected = 16 + (long) count * height * width;
    if (count < 0 || height < 1 || width < 1 || expected != imageBytes.length) {
      throw new InputException(
          name
              + ": the IDX header announces "
              + count
              + " images of "
              + width
              + " x "
              + height
              + ", that is "
              + expected
              + " bytes; the file has "
              + imageBytes.length);
    }
    labels = labelBytes == null ? null : labels(labelName, labelBytes);
  }

  private byte[] labels(String labelName, byte[] bytes) {
    ByteBuffer header = ByteBuffer.wrap(bytes);
    if (bytes.length < 8 || header.getInt(0) != LABELS) {
      throw new InputException(labelName + ": not an IDX file of labels (magic number 0x801)");
    }
    if (header.getInt(4) != count || bytes.length != 8 + count) {
      throw new InputException(
          labelName
              + ": announces "
              + header.getInt(4)
              + " labels and holds "
              + (bytes.length - 8)
              + "; the "
              + count
              + " images of "
              + name
              + " need as many");
    }
    return Arrays.copyOfRange(bytes, 8, bytes.length);
  }

  /**
   * @param labels null if there are none
   */
  public static IdxImages open(Path images, Path labels) {
    return new IdxImages(
        images.toString(),
        ImageFiles.bytes(images),
        labels == null ? null : labels.toString(),
        labels == null ? null : ImageFiles.bytes(labels));
  }

  /** From bytes in memory, gzipped or not, such as a packaged resource. */
  public static IdxImages of(String name, byte[] images, byte[] labels) {
    try {
      return new IdxImages(
          name,
          ImageFiles.inflated(images),
          name + " (labels)",
          labels == null ? null : ImageFiles.inflated(labels));
    } catch (IOException e) {
      throw new InputException(name + ": damaged gzip data: " + e.getMessage(), e);
    }
  }

  @Override
  public int count() {
    return count;
  }

  @Override
  public Image image(int index) {
    Objects.checkIndex(index, count);
    byte[] pixels = new byte[height * width];
    images.get(16 + index * pixels.length, pixels);
    OptionalInt label = labels == null ? OptionalInt.empty() : OptionalInt.of(labels[index] & 0xff);
    return new Image.Pixels(name + " #" + index, 1, height, width, pixels, label);
  }
}
