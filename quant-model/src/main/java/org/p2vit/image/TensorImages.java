package org.p2vit.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.p2vit.model.InputException;
import org.p2vit.model.VitShape;

/**
 * Images that are normalized already, float32 NCHW, little-endian: a NumPy {@code .npy} file
 * (format 1 to 3, C order), or a file of nothing but values, whose dimensions are the model's.
 */
public final class TensorImages implements ImageSource {
  private static final Pattern FIELD =
      Pattern.compile("'descr': *'([^']*)'.*'fortran_order': *(\\w+).*'shape': *\\(([^)]*)\\)");

  private final String name;
  private final ByteBuffer data;
  private final int[] shape;
  private final int[] labels;

  private TensorImages(String name, ByteBuffer data, int[] shape, int[] labels) {
    this.name = name;
    this.data = data.order(ByteOrder.LITTLE_ENDIAN);
    this.shape = shape;
    this.labels = labels;
  }

  /**
   * @param labels CSV with a column {@code class}, one line an image; null if there are none
   * @param model gives the dimensions of a file without a header
   */
  public static TensorImages open(Path file, Path labels, VitShape model) {
    byte[] bytes = ImageFiles.bytes(file);
    boolean numpy = file.getFileName().toString().endsWith(".npy");
    int start = numpy ? headerEnd(file, bytes) : 0;
    int[] shape =
        numpy
            ? shape(file, new String(bytes, 0, start, StandardCharsets.ISO_8859_1))
            : new int[] {-1, model.imageChannels(), model.imageHeight(), model.imageWidth()};
    long each = 4L * shape[1] * shape[2] * shape[3];
    long size = bytes.length - start;
    if (size == 0 || size % each != 0 || (numpy && size != shape[0] * each)) {
      throw new InputException(
          file
              + ": "
              + size
              + " bytes of values; "
              + (numpy ? shape[0] + " images" : "images")
              + " of "
              + each
              + " bytes are expected");
    }
    shape[0] = (int) (size / each);
    int[] classes = labels == null ? null : LabelFile.inOrder(labels);
    if (classes != null && classes.length != shape[0]) {
      throw new InputException(
          labels
              + ": "
              + classes.length
              + " labels; the "
              + shape[0]
              + " images of "
              + file
              + " need as many");
    }
    return new TensorImages(
        file.toString(), ByteBuffer.wrap(bytes, start, (int) size).slice(), shape, classes);
  }

  private static int headerEnd(Path file, byte[] bytes) {
    ByteBuffer b = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    boolean magic =
        bytes.length >= 12
            && bytes[0] == (byte) 0x93
            && new String(bytes, 1, 5, StandardCharsets.ISO_8859_1).equals("NUMPY");
    if (!magic) {
      throw new InputException(file + ": not a NumPy file");
    }
    long end = bytes[6] == 1 ? 10 + (b.getShort(8) & 0xffff) : 12 + (b.getInt(8) & 0xffffffffL);
    if (end > bytes.length) {
      throw new InputException(file + ": the NumPy header is cut off");
    }
    return (int) end;
  }

  private static int[] shape(Path file, String header) {
    Matcher m = FIELD.matcher(header);
    if (!m.find()) {
      throw new InputException(file + ": the NumPy header is not understood");
    }
    if (!m.group(1).equals("<f4") || !m.group(2).equals("False")) {
      throw new InputException(
          file
              + ": holds '"
              + m.group(1)
              + "', Fortran order "
              + m.group(2)
              + "; '<f4' (float32) in C order is expected");
    }
    String[] dims = m.group(3).replace(" ", "").split(",");
    int[] shape = {1, 0, 0, 0};
    if (dims.length != 3 && dims.length != 4) {
      throw new InputException(
          file + ": shape (" + m.group(3) + "); (images, channels, height, width) is expected");
    }
    try {
      for (int i = 0; i < dims.length; i++) {
        shape[4 - dims.length + i] = Integer.parseInt(dims[i]);
      }
    } catch (NumberFormatException e) {
      throw new InputException(file + ": shape (" + m.group(3) + ") is not understood", e);
    }
    for (int d : shape) {
      if (d < 1) {
        throw new InputException(file + ": shape (" + m.group(3) + ") is empty");
      }
    }
    return shape;
  }

  @Override
  public int count() {
    return shape[0];
  }

  @Override
  public Image image(int index) {
    float[] values = new float[shape[1] * shape[2] * shape[3]];
    Objects.checkIndex(index, shape[0]);
    data.asFloatBuffer().get(index * values.length, values);
    for (float value : values) {
      if (!Float.isFinite(value)) {
        throw new InputException(
            name + " #" + index + ": holds " + value + "; finite numbers are accepted");
      }
    }
    OptionalInt label = labels == null ? OptionalInt.empty() : OptionalInt.of(labels[index]);
    return new Image.Tensor(name + " #" + index, shape[1], shape[2], shape[3], values, label);
  }
}
