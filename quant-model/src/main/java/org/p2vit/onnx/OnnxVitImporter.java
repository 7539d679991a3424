package org.p2vit.onnx;

import java.nio.file.Path;
import java.util.function.Supplier;
import org.p2vit.model.InputException;

/**
 * Reads a trained Vision Transformer from an ONNX file as PyTorch exports it, shape arithmetic and
 * all: class token, pre-norm blocks, exact (erf) GELU. Anything else is an {@link InputException}
 * that names the node.
 */
public final class OnnxVitImporter {
  private OnnxVitImporter() {}

  public static FloatVit read(Path file) {
    return importFrom(OnnxFile.read(file), modelName(file));
  }

  /**
   * @param name of the model, and of the file in messages
   */
  public static FloatVit parse(String name, byte[] onnx) {
    return importFrom(OnnxFile.parse(name, onnx), name);
  }

  /**
   * Reads a Vision Transformer that is quantized already: QuantizeLinear and DequantizeLinear
   * nodes, or QONNX's Quant, anywhere on the way. Scales that are no powers of two are an {@link
   * InputException} that names the node, and so are zero points.
   */
  public static QuantizedVit readQuantized(Path file) {
    return parseQuantized(modelName(file), file.toString(), OnnxFile.bytes(file));
  }

  /**
   * @param name of the model
   * @param file for messages
   */
  public static QuantizedVit parseQuantized(String name, String file, byte[] onnx) {
    return guarded(file, () -> VitMatcher.matchQuantized(OnnxFile.parse(file, onnx), name));
  }

  private static FloatVit importFrom(OnnxFile file, String name) {
    return guarded(file.name, () -> VitMatcher.match(file, name));
  }

  private static String modelName(Path file) {
    String name = file.getFileName().toString();
    return name.endsWith(".onnx") ? name.substring(0, name.length() - 5) : name;
  }

  private static <T> T guarded(String file, Supplier<T> read) {
    try {
      return read.get();
    } catch (ArithmeticException | IndexOutOfBoundsException | NegativeArraySizeException e) {
      // Dimensions that overflow or contradict each other, as a damaged file has.
      throw new InputException(
          file + ": the graph's shapes contradict each other (" + e.getMessage() + ")", e);
    }
  }
}
