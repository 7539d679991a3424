package org.p2vit.image;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import org.p2vit.model.InputException;
import org.p2vit.model.VitShape;
import org.p2vit.model.io.FileErrors;

/** Opens a source of images by the kind of its path. */
public final class ImageFiles {
  private ImageFiles() {}

  /**
   * Opens images: a folder of PNG and JPEG files, a single PNG or JPEG file, MNIST IDX ({@code
   * -ubyte}, {@code .idx}, {@code .gz} of these), CIFAR-10 binary records ({@code .bin}), float32
   * tensors ({@code .npy}; {@code .f32}, raw, of the model's size).
   *
   * @param path of a file or folder
   * @param labels a CSV file (folder, tensors) or an IDX file (IDX images); null if there is none.
   *     A folder's {@code labels.csv} is used unasked.
   * @param shape of the model that will take the images
   * @return an image of another size is an error when it is read
   */
  public static ImageSource open(Path path, Path labels, VitShape shape) {
    return sized(anySize(path, labels, shape), shape);
  }

  private static ImageSource sized(ImageSource images, VitShape shape) {
    return new ImageSource() {
      @Override
      public int count() {
        return images.count();
      }

      @Override
      public Image image(int index) {
        Image image = images.image(index);
        image.requireShape(shape);
        return image;
      }
    };
  }

  private static ImageSource anySize(Path path, Path labels, VitShape shape) {
    String name =
        path.getFileName() == null ? "" : path.getFileName().toString().toLowerCase(Locale.ROOT);
    if (Files.isDirectory(path)) {
      return ImageFolder.open(path, labels);
    }
    if (!Files.exists(path)) {
      throw new InputException(path + ": there is no such file or folder");
    }
    if (name.matches(".*\\.(png|jpe?g)")) {
      return ImageFolder.single(path);
    }
    if (name.matches(".*(-ubyte|\\.idx)(\\.gz)?")) {
      return IdxImages.open(path, labels);
    }
    if (name.endsWith(".bin")) {
      return CifarImages.open(path);
    }
    if (name.endsWith(".npy") || name.endsWith(".f32")) {
      return TensorImages.open(path, labels, shape);
    }
    throw new InputException(
        path
            + ": the name does not say what it holds; accepted are a folder of PNG and JPEG files, .png, .jpg, "
            + "MNIST IDX (-ubyte, .idx, also .gz), CIFAR-10 .bin, .npy and .f32");
  }

  /** The whole file, uncompressed if it is a gzip file. */
  static byte[] bytes(Path file) {
    try {
      return inflated(Files.readAllBytes(file));
    } catch (IOException e) {
      throw FileErrors.cannot("read", file, e);
    }
  }

  static byte[] inflated(byte[] bytes) throws IOException {
    boolean gzip = bytes.length > 2 && bytes[0] == 0x1f && bytes[1] == (byte) 0x8b;
    if (!gzip) {
      return bytes;
    }
    try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(bytes))) {
      return in.readAllBytes();
    }
  }
}
