package org.p2vit.onnx;

import java.nio.file.Path;
import org.p2vit.model.InputException;

/**
 * Reads a trained Vision Transformer from an ONNX file as PyTorch exports it, shape arithmetic and
 * all: class token, pre-norm blocks, exact (erf) GELU. Anything else is an {@link InputException}
 * that names the node.
 */
public final class OnnxVitImporter {
  private OnnxVitImporter() {}

  public static FloatVit read(Path file) {
    String name = file.getFileName().toString();
    return importFrom(
        OnnxFile.read(file), name.endsWith(".onnx") ? name.substring(0, name.length() - 5) : name);
  }

  /**
   * @param name of the model, and of the file in messages
   */
  public static FloatVit parse(String name, byte[] onnx) {
    return importFrom(OnnxFile.parse(name, onnx), name);
  }

  private static FloatVit importFrom(OnnxFile file, String name) {
    try {
      return VitMatcher.match(file, name);
    } catch (ArithmeticException | IndexOutOfBoundsException | NegativeArraySizeException e) {
      // Dimensions that overflow or contradict each other, as a damaged file has.
      throw new InputException(
          file.name + ": the graph's shapes contradict each other (" + e.getMessage() + ")", e);
    }
  }
}
