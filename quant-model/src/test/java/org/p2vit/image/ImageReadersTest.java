package org.p2vit.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.zip.GZIPOutputStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.p2vit.model.InputException;
import org.p2vit.model.Preprocessing;
import org.p2vit.model.VitShape;

class ImageReadersTest {
  private static final VitShape GRAY = new VitShape(1, 2, 4, 2, 8, 1, 1, 8, 10);
  private static final VitShape COLOUR = new VitShape(3, 2, 4, 2, 8, 1, 1, 8, 10);

  @TempDir Path folder;

  // --- PNG and JPEG

  @Test
  void readsColourFolderInLabelOrder() throws IOException {
    png("b.png", BufferedImage.TYPE_INT_RGB, 0x102030);
    png("a.png", BufferedImage.TYPE_INT_RGB, 0xff0001);
    write("labels.csv", "file,class\nb.png,7\na.png,3\n");
    ImageSource source = ImageFiles.open(folder, null, COLOUR);
    assertEquals(2, source.count());
    Image.Pixels first = assertInstanceOf(Image.Pixels.class, source.image(0));
    assertEquals(OptionalInt.of(7), first.label());
    assertEquals(3, first.channels());
    byte[] expected = new byte[24];
    Arrays.fill(expected, 0, 8, (byte) 0x10);
    Arrays.fill(expected, 8, 16, (byte) 0x20);
    Arrays.fill(expected, 16, 24, (byte) 0x30);
    assertArrayEquals(expected, first.pixels());
    assertEquals(OptionalInt.of(3), source.image(1).label());
  }

  @Test
  void readsGraySamplesUnconverted() throws IOException {
    BufferedImage image = new BufferedImage(4, 2, BufferedImage.TYPE_BYTE_GRAY);
    image.getRaster().setSample(1, 0, 0, 100);
    ImageIO.write(image, "png", folder.resolve("x.png").toFile());
    Image.Pixels read =
        assertInstanceOf(
            Image.Pixels.class, ImageFiles.open(folder.resolve("x.png"), null, GRAY).image(0));
    assertEquals(1, read.channels());
    assertEquals(100, read.pixels()[1]);
    assertTrue(read.label().isEmpty());
  }

  @Test
  void rejectsTruncatedFiles() throws IOException {
    BufferedImage image = new BufferedImage(64, 64, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < 64 * 64; i++) {
      image.setRGB(i % 64, i / 64, 0x10101 * (i * 37 % 256));
    }
    VitShape shape = new VitShape(3, 64, 64, 8, 8, 1, 1, 8, 10);
    for (String format : new String[] {"jpg", "png"}) {
      Path file = folder.resolve("x." + format);
      ImageIO.write(image, format, file.toFile());
      assertEquals(64, ImageFiles.open(file, null, shape).image(0).width());
      byte[] whole = Files.readAllBytes(file);
      Files.write(file, Arrays.copyOf(whole, whole.length * 3 / 4));
      assertRejected(
          () -> ImageFiles.open(file, null, shape).image(0), "x." + format, "cannot be decoded");
    }
  }

  @Test
  void readsFolderWithoutLabelsByName() throws IOException {
    png("b.png", BufferedImage.TYPE_INT_RGB, 2);
    png("a.png", BufferedImage.TYPE_INT_RGB, 1);
    ImageSource source = ImageFolder.open(folder, null);
    assertTrue(source.image(0).name().endsWith("a.png"));
    assertTrue(source.image(0).label().isEmpty());
  }

  @Test
  void rejectsBadFolders() throws IOException {
    assertRejected(() -> ImageFolder.open(folder, null), "no PNG or JPEG");
    write("labels.csv", "file,class\nmissing.png,1\n");
    assertRejected(() -> ImageFolder.open(folder, null), "labels.csv", "missing.png");
    png("a.png", BufferedImage.TYPE_INT_RGB, 1);
    write("labels.csv", "file,class\na.png,cat\n");
    assertRejected(() -> ImageFolder.open(folder, null), "labels.csv", "line 2", "cat");
    write("labels.csv", "name,class\na.png,1\n");
    assertRejected(() -> ImageFolder.open(folder, null), "labels.csv", "'file'");
    write("labels.csv", "file,class\na.png,1\na.png,2\n");
    assertRejected(() -> ImageFolder.open(folder, null), "line 3", "twice");
    write("labels.csv", "");
    assertRejected(() -> ImageFolder.open(folder, null), "labels.csv");
    assertRejected(() -> ImageFolder.open(folder, folder.resolve("no.csv")), "no.csv");
  }

  @Test
  void rejectsUndecodableAndTransparentImages() throws IOException {
    write("a.png", "not an image");
    assertRejected(() -> ImageFolder.open(folder, null).image(0), "a.png");
    png("a.png", BufferedImage.TYPE_INT_ARGB, 0x80102030);
    assertRejected(() -> ImageFolder.open(folder, null).image(0), "a.png", "alpha");
    Path cut = folder.resolve("a.png");
    png("a.png", BufferedImage.TYPE_INT_RGB, 5);
    Files.write(cut, Arrays.copyOf(Files.readAllBytes(cut), 40));
    assertRejected(() -> ImageFolder.open(folder, null).image(0), "a.png");
  }

  // --- IDX

  @Test
  void readsIdxPlainAndCompressed() throws IOException {
    byte[] images = idx(0x803, 2, 2, 4, 16);
    images[16 + 8] = (byte) 200;
    byte[] labels = idx(0x801, 2, 2);
    labels[9] = 5;
    Files.write(folder.resolve("i-ubyte"), images);
    Files.write(folder.resolve("l-ubyte.gz"), gzip(labels));
    ImageSource source =
        ImageFiles.open(folder.resolve("i-ubyte"), folder.resolve("l-ubyte.gz"), GRAY);
    assertEquals(2, source.count());
    assertEquals(OptionalInt.of(5), source.image(1).label());
    assertEquals(200 / 255.0, source.image(1).value(0, new double[1], new double[] {1}), 1e-12);
    assertEquals(OptionalInt.of(5), IdxImages.of("x", gzip(images), labels).image(1).label());
  }

  @Test
  void rejectsBadIdx() throws IOException {
    Path images = folder.resolve("i-ubyte");
    Path labels = folder.resolve("l-ubyte");
    Files.write(images, Arrays.copyOf(idx(0x803, 2, 2, 4, 16), 30));
    assertRejected(() -> IdxImages.open(images, null), "i-ubyte", "announces 2 images");
    Files.write(images, idx(0x801, 2, 2));
    assertRejected(() -> IdxImages.open(images, null), "i-ubyte", "0x803");
    Files.write(images, idx(0x803, 2, 2, 4, 16));
    Files.write(labels, idx(0x801, 3, 3));
    assertRejected(() -> IdxImages.open(images, labels), "l-ubyte", "3 labels", "2 images");
    byte[] packed = gzip(idx(0x803, 2, 2, 4, 16));
    Files.write(images, Arrays.copyOf(packed, packed.length - 9));
    assertRejected(() -> IdxImages.open(images, null), "i-ubyte");
  }

  // --- CIFAR-10

  @Test
  void readsCifarRecords() throws IOException {
    byte[] records = new byte[2 * 3073];
    records[3073] = 9;
    records[3074] = 77;
    Path file = Files.write(folder.resolve("test.bin"), records);
    VitShape cifar = new VitShape(3, 32, 32, 4, 8, 1, 1, 8, 10);
    ImageSource source = ImageFiles.open(file, null, cifar);
    assertEquals(2, source.count());
    assertEquals(OptionalInt.of(9), source.image(1).label());
    assertEquals(77 / 255.0, source.image(1).value(0, new double[3], new double[] {1, 1, 1}));
    ImageSource wrong = ImageFiles.open(file, null, COLOUR);
    assertRejected(() -> wrong.image(1), "32 x 32", "4 x 2", "test.bin");
  }

  @Test
  void rejectsBadCifar() throws IOException {
    Path file = Files.write(folder.resolve("test.bin"), new byte[3072]);
    assertRejected(() -> CifarImages.open(file), "test.bin", "3072", "3073");
    byte[] records = new byte[3073];
    records[0] = 10;
    Files.write(file, records);
    assertRejected(() -> CifarImages.open(file), "record 0", "label 10");
  }

  // --- Tensors

  @Test
  void readsRawAndNumpyTensors() throws IOException {
    float[] values = new float[16];
    values[8] = -1.5f;
    Path raw = Files.write(folder.resolve("x.f32"), floats("", values));
    Path numpy = folder.resolve("x.npy");
    Files.write(numpy, floats(header("'<f4'", "False", "(2, 1, 2, 4)"), values));
    Path labels = write("l.csv", "class\n4\n6\n");
    for (Path file : new Path[] {raw, numpy}) {
      ImageSource source = ImageFiles.open(file, labels, GRAY);
      assertEquals(2, source.count());
      assertEquals(-1.5, source.image(1).value(0, null, null));
      assertEquals(OptionalInt.of(6), source.image(1).label());
      source.image(1).requireShape(GRAY);
    }
  }

  @Test
  void rejectsBadTensors() throws IOException {
    Path file = folder.resolve("x.npy");
    Files.write(file, floats(header("'<f8'", "False", "(2, 1, 2, 4)"), new float[16]));
    assertRejected(() -> TensorImages.open(file, null, GRAY), "x.npy", "<f8");
    Files.write(file, floats(header("'<f4'", "False", "(3, 1, 2, 4)"), new float[16]));
    assertRejected(() -> TensorImages.open(file, null, GRAY), "x.npy", "3 images");
    Files.write(file, floats(header("'<f4'", "False", "(8,)"), new float[8]));
    assertRejected(() -> TensorImages.open(file, null, GRAY), "x.npy", "shape");
    Files.write(file, new byte[20]);
    assertRejected(() -> TensorImages.open(file, null, GRAY), "not a NumPy file");
    Path raw = Files.write(folder.resolve("x.f32"), new byte[33]);
    assertRejected(() -> TensorImages.open(raw, null, GRAY), "x.f32", "33 bytes");
    for (float value : new float[] {Float.NaN, Float.NEGATIVE_INFINITY}) {
      float[] values = new float[16];
      values[9] = value;
      Files.write(raw, floats("", values));
      ImageSource source = ImageFiles.open(raw, null, GRAY);
      source.image(0);
      assertRejected(() -> source.image(1), "x.f32 #1", "finite");
    }
  }

  @Test
  void rejectsUnknownAndMissingFiles() throws IOException {
    Path file = Files.write(folder.resolve("x.tiff"), new byte[1]);
    assertRejected(() -> ImageFiles.open(file, null, GRAY), "x.tiff", "accepted are");
    assertRejected(() -> ImageFiles.open(folder.resolve("no.png"), null, GRAY), "no.png");
  }

  // --- Codes

  @Test
  void codesPatchesInOrder() {
    byte[] pixels = new byte[8];
    for (int i = 0; i < 8; i++) {
      pixels[i] = (byte) (i * 10);
    }
    Image image = new Image.Pixels("x", 1, 2, 4, pixels, OptionalInt.empty());
    Preprocessing p = new Preprocessing(new double[] {0}, new double[] {1.0 / 255}, 0);
    byte[] expected = {0, 0, 0, 0, 0, 10, 40, 50, 20, 30, 60, 70};
    assertArrayEquals(expected, InputCodes.of(image, p, GRAY));
  }

  @Test
  void codesRoundHalfToEvenAndSaturate() {
    byte[] pixels = {1, 3, 5, (byte) 255, 0, 0, 0, 0};
    Image image = new Image.Pixels("x", 1, 2, 4, pixels, OptionalInt.empty());
    // The values are 0.5, 1.5, 2.5 and 127.5, exactly.
    Preprocessing p = new Preprocessing(new double[] {0}, new double[] {1.0 / 127.5}, 0);
    byte[] codes = InputCodes.of(image, p, GRAY);
    float[] values = {0.5f, 1.5f, 2.5f, 200, 0, 0, 0, 0};
    Image tensor = new Image.Tensor("y", 1, 2, 4, values, OptionalInt.empty());
    byte[] tensorCodes = InputCodes.of(tensor, p, GRAY);
    for (byte[] c : new byte[][] {codes, tensorCodes}) {
      assertEquals(0, c[4]);
      assertEquals(2, c[5]);
      assertEquals(2, c[8]);
      assertEquals(127, c[9]);
    }
  }

  @Test
  void refusesOtherSizesAndChannels() {
    Image image = new Image.Pixels("x.png", 1, 4, 4, new byte[16], OptionalInt.empty());
    Preprocessing p = new Preprocessing(new double[] {0}, new double[] {1}, -7);
    assertRejected(() -> InputCodes.of(image, p, GRAY), "x.png", "4 x 4", "4 x 2");
    Image gray = new Image.Pixels("x.png", 1, 2, 4, new byte[8], OptionalInt.empty());
    assertRejected(() -> InputCodes.of(gray, p, COLOUR), "x.png", "1 channel", "3 channels");
  }

  // --- Helpers

  private void png(String name, int type, int rgb) throws IOException {
    BufferedImage image = new BufferedImage(4, 2, type);
    for (int i = 0; i < 8; i++) {
      image.setRGB(i % 4, i / 4, rgb);
    }
    ImageIO.write(image, "png", folder.resolve(name).toFile());
  }

  private Path write(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }

  /** An IDX header with these numbers, then {@code bytes} zeros. */
  private static byte[] idx(int... numbers) {
    int bytes = numbers[numbers.length - 1];
    ByteBuffer b = ByteBuffer.allocate(4 * (numbers.length - 1) + bytes);
    for (int i = 0; i < numbers.length - 1; i++) {
      b.putInt(numbers[i]);
    }
    return b.array();
  }

  private static byte[] gzip(byte[] bytes) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream packed = new GZIPOutputStream(out)) {
      packed.write(bytes);
    }
    return out.toByteArray();
  }

  private static String header(String type, String order, String shape) {
    String text =
        "{'descr': " + type + ", 'fortran_order': " + order + ", 'shape': " + shape + ", }\n";
    return "\u0093NUMPY\u0001\u0000" + (char) text.length() + "\u0000" + text;
  }

  private static byte[] floats(String header, float[] values) {
    byte[] start = header.getBytes(StandardCharsets.ISO_8859_1);
    ByteBuffer b =
        ByteBuffer.allocate(start.length + 4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    b.put(start);
    for (float v : values) {
      b.putFloat(v);
    }
    return b.array();
  }

  private static void assertRejected(Executable action, String... parts) {
    InputException e = assertThrows(InputException.class, action);
    for (String part : parts) {
      assertTrue(e.getMessage().contains(part), "'" + e.getMessage() + "' should have " + part);
    }
  }

  // --- Parts of a source

  @Test
  void everyAndAllButShareTheImagesOut() throws IOException {
    for (int i = 0; i < 7; i++) {
      png("image" + i + ".png", BufferedImage.TYPE_INT_RGB, i);
    }
    ImageSource all = ImageFiles.open(folder, null, COLOUR);
    for (int first = 0; first < 3; first++) {
      List<String> names = new ArrayList<>();
      for (ImageSource part : List.of(all.every(3, first), all.allBut(3, first))) {
        for (int i = 0; i < part.count(); i++) {
          names.add(part.image(i).name());
        }
      }
      List<String> expected = new ArrayList<>();
      for (int keep = 1; keep >= 0; keep--) {
        for (int i = 0; i < 7; i++) {
          if ((i % 3 == first) == (keep == 1)) {
            expected.add(all.image(i).name());
          }
        }
      }
      assertEquals(expected, names, "first " + first);
    }
  }
}
