package org.p2vit.image;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import java.util.OptionalInt;
import org.p2vit.model.InputException;

/** The binary version of CIFAR-10: records of a label byte and 3 x 32 x 32 pixels. */
public final class CifarImages implements ImageSource {
  private static final int SIDE = 32;
  private static final int RECORD = 1 + 3 * SIDE * SIDE;

  private final String name;
  private final byte[] records;

  private CifarImages(String name, byte[] records) {
    this.name = name;
    this.records = records;
    if (records.length == 0 || records.length % RECORD != 0) {
      throw new InputException(
          name + ": " + records.length + " bytes; CIFAR-10 records are " + RECORD + " bytes each");
    }
    for (int i = 0; i < count(); i++) {
      int label = records[i * RECORD] & 0xff;
      if (label > 9) {
        throw new InputException(
            name + ": record " + i + " has label " + label + "; CIFAR-10 has 0 to 9");
      }
    }
  }

  public static CifarImages open(Path file) {
    return new CifarImages(file.toString(), ImageFiles.bytes(file));
  }

  @Override
  public int count() {
    return records.length / RECORD;
  }

  @Override
  public Image image(int index) {
    int at = Objects.checkIndex(index, count()) * RECORD;
    byte[] pixels = Arrays.copyOfRange(records, at + 1, at + RECORD);
    return new Image.Pixels(
        name + " #" + index, 3, SIDE, SIDE, pixels, OptionalInt.of(records[at] & 0xff));
  }
}
