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
 * Measures ways to quantize on images that they were not calibrated on: measures one of several
 * parts of the images, calibrates on the others, and so on with each part, so that every image is
 * measured.
 */
public final class CrossValidation {
  private final FloatVit vit;
  private final ImageSource images;
  private final double[] mean;
  private final double[] std;
  private final int folds;
  private final int calibrationImages;
  private final OptionalInt[] labels;
  private final double[][] floats;

  /**
   * Runs the float model.
   *
   * @param mean of pixels (0 to 1), one an image channel
   * @param std likewise
   * @param folds into how many parts the images are dealt, one to each in turn; 2 are halves
   * @param calibrationImages how many of the other parts' images, at most
   */
  public CrossValidation(
      Path onnx,
      ImageSource images,
      double[] mean,
      double[] std,
      int folds,
      int calibrationImages,
      Progress progress) {
    if (folds < 2) {
      throw new InputException(
          "folds: " + folds + "; at least 2 are needed to calibrate and to measure");
    }
    if (images.count() < folds) {
      throw new InputException(
          images.count() + " images; at least one for each of " + folds + " folds is needed");
    }
    vit = OnnxVitImporter.read(onnx);
    this.images = images;
    this.mean = mean.clone();
    this.std = std.clone();
    this.folds = folds;
    this.calibrationImages = calibrationImages;
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

  /** Quantizes once for each fold and measures all images. */
  public Fidelity measure(QuantizeOptions options, Progress progress) {
    double[][] integers = new double[images.count()][];
    for (int fold = 0; fold < folds; fold++) {
      ImageSource others = P2vit.spread(images.allBut(folds, fold), calibrationImages);
      Calibration calibration = Calibration.collect(vit, others, mean, std, progress);
      Quantization quantization = Quantizer.quantize(calibration, options, progress);
      GoldenModel golden = new GoldenModel(quantization.model(), options.grid());
      QuantizedModel model = golden.model();
      ImageSource measured = images.every(folds, fold);
      int[][] codes =
          GoldenBatch.logits(
              golden,
              measured.count(),
              i -> InputCodes.of(measured.image(i), model.preprocessing(), model.shape()),
              (done, total) -> progress.at("golden model", done, total));
      for (int i = 0; i < codes.length; i++) {
        integers[folds * i + fold] = Logits.real(codes[i], model.logitsExponent());
      }
    }
    return Fidelity.of(labels, floats, integers);
  }
}
