package org.p2vit.model.io;

import java.nio.file.Path;
import org.p2vit.model.InputException;
import org.p2vit.model.RandomModels;
import org.p2vit.model.RandomModels.WeightBits;
import org.p2vit.model.VitShape;

/** Writes a model to the directory it is given, in a process that may not write large files. */
final class FailingWriter {
  private FailingWriter() {}

  public static void main(String[] arguments) {
    VitShape shape = new VitShape(3, 32, 32, 8, 96, 2, 3, 192, 10);
    try {
      ModelFiles.write(RandomModels.model(1, shape, WeightBits.W8), Path.of(arguments[0]));
      System.out.println("written");
    } catch (InputException e) {
      System.out.println(e.getMessage());
    }
  }
}
