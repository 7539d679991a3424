package org.p2vit;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.p2vit.generator.Design;
import org.p2vit.generator.compile.CompileOptions;
import org.p2vit.generator.compile.Schedule;
import org.p2vit.generator.cycles.CycleModel;
import org.p2vit.generator.cycles.CyclePrediction;
import org.p2vit.generator.cycles.MemoryTiming;
import org.p2vit.generator.fit.ArchitectureFitter;
import org.p2vit.generator.fit.FitOptions;
import org.p2vit.generator.report.QuantizationReport;
import org.p2vit.generator.verify.RtlVerification;
import org.p2vit.image.ImageSource;
import org.p2vit.model.InputException;
import org.p2vit.model.QuantizedModel;
import org.p2vit.model.io.AtomicFiles;
import org.p2vit.onnx.FloatReference;
import org.p2vit.onnx.FloatVit;
import org.p2vit.onnx.OnnxVitImporter;
import org.p2vit.onnx.qdq.QdqExporter;
import org.p2vit.onnx.qdq.QdqImporter;
import org.p2vit.onnx.qdq.QdqImporter.Imported;
import org.p2vit.quantize.Calibration;
import org.p2vit.quantize.Progress;
import org.p2vit.quantize.Quantization;
import org.p2vit.quantize.QuantizeOptions;
import org.p2vit.quantize.Quantizer;
import org.p2vit.quantize.TensorStatistics;
import org.p2vit.rtl.Architecture;
import org.p2vit.synth.EmittedFolder;
import org.p2vit.synth.area.AreaEstimate;
import org.p2vit.synth.area.AreaEstimator;
import org.p2vit.verif.BuildProgress;

/**
 * The steps of the command line as a Java API. All throw {@link InputException} for input that
 * cannot be used.
 *
 * <p>Models are read and written by {@link org.p2vit.model.io.ModelFiles}, images by {@link
 * org.p2vit.image.ImageFiles}; the golden model is {@link org.p2vit.golden.GoldenModel}.
 */
public final class P2vit {
  private P2vit() {}

  /**
   * Quantizes a float ONNX Vision Transformer.
   *
   * @param mean of pixels (0 to 1), one an image channel
   * @param std likewise
   */
  public static QuantizedModel quantize(
      Path onnx,
      ImageSource calibration,
      double[] mean,
      double[] std,
      QuantizeOptions options,
      Progress progress) {
    Calibration collected = calibrate(onnx, calibration, mean, std, progress);
    return Quantizer.quantize(collected, options, progress).model();
  }

  /** Runs the float model on images, to choose scales by what its tensors hold. */
  public static Calibration calibrate(
      Path onnx, ImageSource images, double[] mean, double[] std, Progress progress) {
    FloatVit vit = OnnxVitImporter.read(onnx);
    return Calibration.collect(vit, images, mean, std, progress);
  }

  /**
   * Says what quantization did to each layer and tensor.
   *
   * @param images to compare tensors on
   * @param accuracy before and after, if it is known; else null
   */
  public static QuantizationReport report(
      Path onnx,
      Quantization quantization,
      ImageSource images,
      QuantizationReport.Comparison accuracy,
      Progress progress) {
    FloatVit vit = OnnxVitImporter.read(onnx);
    try (FloatReference reference =
        FloatReference.open(onnx, vit, TensorStatistics.taps(quantization))) {
      List<TensorStatistics> tensors =
          TensorStatistics.measure(quantization, reference, images, progress);
      return QuantizationReport.of(quantization, tensors, images.count(), accuracy);
    }
  }

  /** At most {@code count} of the images, evenly spread over all. */
  public static ImageSource spread(ImageSource images, int count) {
    if (count < 1) {
      throw new InputException(count + " images; at least 1 is needed");
    }
    return images.spread(count);
  }

  /**
   * Makes an integer model of an ONNX file that is quantized already; see {@link QdqImporter}.
   *
   * @param mean of pixels (0 to 1), one an image channel; null for what the file says
   * @param std likewise
   * @param calibration images for scales that the graph does not give; null if it gives all
   */
  public static Imported importQuantized(
      Path onnx, double[] mean, double[] std, ImageSource calibration, Progress progress) {
    return QdqImporter.open(onnx).model(mean, std, calibration, progress);
  }

  /**
   * Writes a quantized model as an ONNX file that ONNX Runtime computes bit for bit; see {@link
   * QdqExporter}.
   *
   * @return the file's size in bytes
   */
  public static long exportOnnx(QuantizedModel model, Path file) {
    byte[] onnx = QdqExporter.export(model);
    Path target = file.toAbsolutePath();
    AtomicFiles.write(target.getParent(), Map.of(target.getFileName().toString(), onnx));
    return onnx.length;
  }

  /** The generator's choice of architecture for a model. */
  public static Architecture fit(QuantizedModel model, FitOptions options) {
    return ArchitectureFitter.fit(model, options);
  }

  /**
   * Compiles a model for an architecture and writes SystemVerilog, program and memory image; see
   * {@link Design}.
   */
  public static Design generate(QuantizedModel model, Architecture architecture, Path directory) {
    return generate(model, architecture, CompileOptions.DEFAULT, directory);
  }

  /** The same with a program as wished. */
  public static Design generate(
      QuantizedModel model, Architecture architecture, CompileOptions options, Path directory) {
    return Design.make(model, architecture, options, directory);
  }

  /** Predicts the cycles of a program without simulating it. */
  public static CyclePrediction cycles(Schedule schedule, MemoryTiming memory) {
    return CycleModel.predict(schedule.program(), schedule.architecture(), memory);
  }

  /**
   * Estimates the area and logic depth of a generated design; see {@link AreaEstimate}.
   *
   * @param design folder that {@link #generate} wrote
   * @param lutInputs K: 6 for most FPGAs, 4 for small ones
   */
  public static AreaEstimate area(Path design, int lutInputs, BuildProgress progress) {
    return new AreaEstimator().estimate(EmittedFolder.open(design), lutInputs, progress);
  }

  /** Simulates a design on images and compares every tensor with the golden model. */
  public static RtlVerification verify(
      QuantizedModel model,
      Design design,
      ImageSource images,
      RtlVerification.Options options,
      RtlVerification.Listener listener) {
    return RtlVerification.run(model, design, images, options, listener);
  }
}
