package org.p2vit.onnx.qdq;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.p2vit.image.ImageSource;
import org.p2vit.model.InputException;
import org.p2vit.model.Preprocessing;
import org.p2vit.model.QuantizedModel;
import org.p2vit.model.VitShape;
import org.p2vit.model.io.FileErrors;
import org.p2vit.onnx.OnnxVitImporter;
import org.p2vit.onnx.QuantizedVit;
import org.p2vit.onnx.Tap;
import org.p2vit.onnx.TensorCodes;
import org.p2vit.quantize.Progress;

/**
 * Makes an integer model of a Vision Transformer that is quantized already: ONNX with
 * QuantizeLinear and DequantizeLinear, or QONNX's Quant, all scales powers of two
 * (docs/quantized-onnx.md). What {@link QdqExporter} wrote comes back as it was.
 */
public final class QdqImporter {
  private static final int INPUT_BITS = 8;

  private final QuantizedVit source;
  private final byte[] onnx;

  private QdqImporter(QuantizedVit source, byte[] onnx) {
    this.source = source;
    this.onnx = onnx;
  }

  /**
   * The result.
   *
   * @param model that was made
   * @param calibrated tensors whose scale calibration chose
   * @param notes what of the graph's quantization the model does in another way, each naming a node
   */
  public record Imported(QuantizedModel model, List<String> calibrated, List<String> notes) {}

  /**
   * Opens a file.
   *
   * @throws InputException naming the node, if a scale is not a power of two (with the nearest
   *     one), if a zero point is not 0, or if this is not such a Vision Transformer
   */
  public static QdqImporter open(Path file) {
    try {
      return open(
          file.getFileName().toString().replaceFirst("\\.onnx$", ""),
          file.toString(),
          Files.readAllBytes(file));
    } catch (IOException e) {
      throw FileErrors.cannot("read", file, e);
    }
  }

  /**
   * The same for a file that is read.
   *
   * @param name of the model, unless the file says it, as p2vit's own do
   * @param file for messages
   */
  public static QdqImporter open(String name, String file, byte[] onnx) {
    return new QdqImporter(OnnxVitImporter.parseQuantized(name, file, onnx), onnx);
  }

  public VitShape shape() {
    return source.vit().shape();
  }

  /**
   * Makes the model.
   *
   * @param mean of pixels (0 to 1), one an image channel; null for what the file says, as p2vit's
   *     own do
   * @param std likewise
   * @param calibration images to choose scales by that the graph does not give; null if it must
   *     give all
   * @throws InputException naming the node that lacks a quantizer, or whose quantizer the integer
   *     model cannot have
   */
  public Imported model(double[] mean, double[] std, ImageSource calibration, Progress progress) {
    List<String> notes = new ArrayList<>(source.notes());
    Preprocessing preprocessing = preprocessing(mean, std);
    MissingScales missing = new MissingScales(source);
    Map<Tap, int[]> calibrated = Map.of();
    if (!missing.names().isEmpty()) {
      if (calibration == null || calibration.count() == 0) {
        throw missing.error();
      }
      calibrated = missing.choose(onnx, calibration, preprocessing, progress);
    }
    TensorScales scales = new TensorScales(source, calibrated, notes);
    ResidualScales residuals = new ResidualScales(source, calibrated, notes);
    QuantizedModel model = new ModelAssembly(source, scales, residuals, notes).model(preprocessing);
    return new Imported(model, missing.names(), List.copyOf(notes));
  }

  private Preprocessing preprocessing(double[] mean, double[] std) {
    double[] means = mean == null ? metadata(QdqExporter.MEAN, "--mean") : mean;
    double[] stds = std == null ? metadata(QdqExporter.STD, "--std") : std;
    return new Preprocessing(means, stds, inputExponent(means, stds));
  }

  private double[] metadata(String key, String option) {
    String text = source.metadata().get(key);
    try {
      if (text != null) {
        return Arrays.stream(text.split(" ")).mapToDouble(Double::parseDouble).toArray();
      }
    } catch (NumberFormatException e) {
      throw new InputException(
          "%s: its metadata '%s' is '%s'; numbers are expected".formatted(source.file(), key, text),
          e);
    }
    throw new InputException(
        source.file() + ": does not say how pixels are normalized; give " + option);
  }

  /** That of the graph's quantizer, or the finest that no pixel exceeds. */
  private int inputExponent(double[] mean, double[] std) {
    TensorCodes codes = source.image();
    if (codes.quantized()) {
      if (codes.type().bits() != INPUT_BITS || !codes.type().signed()) {
        throw codes.quantizerError(
            "makes %s codes of the image; int8 is expected".formatted(codes.type()));
      }
      int[] exponents = TensorScales.channels("input", codes);
      for (int e : exponents) {
        if (e != exponents[0]) {
          throw codes.quantizerError("the image has several scales; one is expected");
        }
      }
      return exponents[0];
    }
    double largest = 0;
    for (int c = 0; c < mean.length && c < std.length; c++) {
      largest = Math.max(largest, Math.max(mean[c], 1 - mean[c]) / std[c]);
    }
    return Math.getExponent(largest / ((1 << (INPUT_BITS - 1)) - 1)) + 1;
  }
}
