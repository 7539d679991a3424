package org.p2vit.generator;

import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import org.p2vit.P2vit;
import org.p2vit.golden.GoldenBatch;
import org.p2vit.golden.GoldenModel;
import org.p2vit.image.Image;
import org.p2vit.image.ImageSource;
import org.p2vit.image.InputCodes;
import org.p2vit.model.InputException;
import org.p2vit.model.Preprocessing;
import org.p2vit.model.QuantizedModel;
import org.p2vit.onnx.FloatReference;
import org.p2vit.onnx.FloatVit;
import org.p2vit.onnx.OnnxVitImporter;
import org.p2vit.quantize.Calibration;
import org.p2vit.quantize.Progress;
import org.p2vit.quantize.Quantization;
import org.p2vit.quantize.QuantizeOptions;
import org.p2vit.quantize.Quantizer;

/**
 * Measures ways to quantize on images that they were not calibrated on: calibrates on one half of
 * the images, measures on the other, and the other way round, so that every image is measured.
 */
public final class CrossValidation {
  private static final int HALVES = 2;

  private final ImageSource images;
  private final Calibration[] calibrations = new Calibration[HALVES];
  private final OptionalInt[] labels;
  private final double[][] floats;

  /**
   * Runs the float model.
   *
   * @param mean of pixels (0 to 1), one an image channel
   * @param std likewise
   * @param calibrationImages how many of each half
   */
  public CrossValidation(
      Path onnx,
      ImageSource images,
      double[] mean,
      double[] std,
      int calibrationImages,
      Progress progress) {
    if (images.count() < HALVES) {
      throw new InputException(
          images.count() + " images; at least 2 are needed to calibrate and to measure");
    }
    this.images = images;
    FloatVit vit = OnnxVitImporter.read(onnx);
    for (int half = 0; half < HALVES; half++) {
      ImageSource others = images.every(HALVES, HALVES - 1 - half);
      ImageSource some = P2vit.spread(others, calibrationImages);
      calibrations[half] = Calibration.collect(vit, some, mean, std, progress);
    }
    labels = new OptionalInt[images.count()];
    floats = new double[images.count()][];
    Preprocessing normalize = new Preprocessing(mean, std, 0);
    try (FloatReference reference = FloatReference.open(onnx, vit, List.of())) {
      for (int i = 0; i < images.count(); i++) {
        Image image = images.image(i);
        labels[i] = image.label();
        floats[i] = Logits.real(reference.logits(image.normalized(normalize)));
        progress.at("float model", i + 1, images.count());
      }
    }
  }

  /** Quantizes twice and measures all images. */
  public Fidelity measure(QuantizeOptions options, Progress progress) {
    double[][] integers = new double[images.count()][];
    for (int half = 0; half < HALVES; half++) {
      Quantization quantization = Quantizer.quantize(calibrations[half], options, progress);
      GoldenModel golden = new GoldenModel(quantization.model(), options.grid());
      QuantizedModel model = golden.model();
      ImageSource measured = images.every(HALVES, half);
      int[][] codes =
          GoldenBatch.logits(
              golden,
              measured.count(),
              i -> InputCodes.of(measured.image(i), model.preprocessing(), model.shape()),
              (done, total) -> progress.at("golden model", done, total));
      for (int i = 0; i < codes.length; i++) {
        integers[HALVES * i + half] = Logits.real(codes[i], model.logitsExponent());
      }
    }
    return Fidelity.of(labels, floats, integers);
  }
}
