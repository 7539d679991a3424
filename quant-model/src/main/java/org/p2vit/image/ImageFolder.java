package org.p2vit.image;

import java.awt.image.BufferedImage;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;
import org.p2vit.model.InputException;
import org.p2vit.model.io.FileErrors;

/**
 * PNG and JPEG files of a folder, in the order of the label file, or by name if there is none. Gray
 * files have one channel, all others three; an alpha channel is not accepted.
 */
public final class ImageFolder implements ImageSource {
  private static final String LABELS = "labels.csv";

  private final List<Path> files;
  private final Map<String, Integer> labels;

  private ImageFolder(List<Path> files, Map<String, Integer> labels) {
    this.files = files;
    this.labels = labels;
  }

  /**
   * @param labels CSV with the columns {@code file} and {@code class}; null for the folder's {@code
   *     labels.csv}, if it is there
   */
  public static ImageFolder open(Path folder, Path labels) {
    Path csv = labels != null ? labels : folder.resolve(LABELS);
    if (labels != null || Files.exists(csv)) {
      Map<String, Integer> byName = LabelFile.byName(csv);
      List<Path> files = byName.keySet().stream().map(folder::resolve).toList();
      for (Path file : files) {
        if (!Files.isRegularFile(file)) {
          throw new InputException(
              csv + ": names " + file.getFileName() + ", which is not in " + folder);
        }
      }
      if (files.isEmpty()) {
        throw new InputException(csv + ": names no images");
      }
      return new ImageFolder(files, byName);
    }
    try (Stream<Path> all = Files.list(folder)) {
      List<Path> files =
          all.filter(f -> f.getFileName().toString().matches("(?i).*\\.(png|jpe?g)"))
              .sorted()
              .toList();
      if (files.isEmpty()) {
        throw new InputException(folder + ": holds no PNG or JPEG files");
      }
      return new ImageFolder(files, Map.of());
    } catch (IOException e) {
      throw FileErrors.cannot("list", folder, e);
    }
  }

  static ImageFolder single(Path file) {
    return new ImageFolder(List.of(file), Map.of());
  }

  @Override
  public int count() {
    return files.size();
  }

  @Override
  public Image image(int index) {
    Path file = files.get(index);
    Integer label = labels.get(file.getFileName().toString());
    BufferedImage image;
    try {
      image = decoded(Files.readAllBytes(file));
    } catch (IOException | RuntimeException e) {
      throw new InputException(file + ": cannot be decoded: " + e.getMessage(), e);
    }
    if (image == null) {
      throw new InputException(file + ": neither a PNG nor a JPEG file");
    }
    if (image.getColorModel().hasAlpha()) {
      throw new InputException(file + ": has an alpha channel; opaque images are expected");
    }
    boolean gray =
        image.getRaster().getNumBands() == 1 && image.getColorModel().getNumComponents() == 1;
    byte[] pixels = gray ? gray(file, image) : colour(image);
    return new Image.Pixels(
        file.toString(),
        gray ? 1 : 3,
        image.getHeight(),
        image.getWidth(),
        pixels,
        label == null ? OptionalInt.empty() : OptionalInt.of(label));
  }

  /**
   * Null if no reader knows the format. A JPEG that ends too early is an error; the decoder makes
   * gray of what is missing, with a warning.
   */
  private static BufferedImage decoded(byte[] file) throws IOException {
    try (ImageInputStream in = new MemoryCacheImageInputStream(new ByteArrayInputStream(file))) {
      Iterator<ImageReader> readers = ImageIO.getImageReaders(in);
      if (!readers.hasNext()) {
        return null;
      }
      ImageReader reader = readers.next();
      List<String> warnings = new ArrayList<>();
      reader.addIIOReadWarningListener((source, warning) -> warnings.add(warning));
      reader.setInput(in, true, true);
      try {
        BufferedImage image = reader.read(0);
        if (warnings.stream().anyMatch(w -> w.contains("premature end"))) {
          throw new IOException("truncated: " + String.join("; ", warnings));
        }
        return image;
      } finally {
        reader.dispose();
      }
    }
  }

  /** The samples themselves: getRGB would convert from a linear gray colour space. */
  private static byte[] gray(Path file, BufferedImage image) {
    if (image.getColorModel().getComponentSize(0) != 8) {
      throw new InputException(
          file
              + ": gray with "
              + image.getColorModel().getComponentSize(0)
              + " bits; 8 are expected");
    }
    Raster raster = image.getRaster();
    int[] samples = raster.getSamples(0, 0, image.getWidth(), image.getHeight(), 0, (int[]) null);
    byte[] pixels = new byte[samples.length];
    for (int i = 0; i < samples.length; i++) {
      pixels[i] = (byte) samples[i];
    }
    return pixels;
  }

  private static byte[] colour(BufferedImage image) {
    int size = image.getWidth() * image.getHeight();
    int[] rgb = image.getRGB(0, 0, image.getWidth(), image.getHeight(), null, 0, image.getWidth());
    byte[] pixels = new byte[3 * size];
    for (int i = 0; i < size; i++) {
      pixels[i] = (byte) (rgb[i] >> 16);
      pixels[size + i] = (byte) (rgb[i] >> 8);
      pixels[2 * size + i] = (byte) rgb[i];
    }
    return pixels;
  }
}
