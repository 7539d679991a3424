package org.p2vit.generator.bench;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.p2vit.golden.GoldenBatch;
import org.p2vit.golden.GoldenModel;
import org.p2vit.image.ImageSource;
import org.p2vit.image.InputCodes;
import org.p2vit.model.QuantizedModel;
import org.p2vit.onnx.FloatReference;
import org.p2vit.onnx.FloatVit;
import org.p2vit.onnx.OnnxVitImporter;
import org.p2vit.quantize.Progress;

/**
 * Images a second of the golden model and of ONNX Runtime's float32, in turns on the same cores, so
 * that a machine that is busy with something else slows both.
 *
 * @param images a round
 * @param rounds of which these are the medians
 * @param golden images a second, an image a core
 * @param onnxRuntime one image at a time on all cores, its default
 * @param onnxRuntimePerCore an image a core
 * @param ratio golden over the faster of the two, round by round
 */
public record GoldenSpeed(
    int images,
    int rounds,
    double golden,
    double onnxRuntime,
    double onnxRuntimePerCore,
    double ratio) {

  /** Rounds that only warm up: HotSpot has compiled the golden model's loops by then. */
  private static final int WARM_UP = 1;

  /**
   * @param images read beforehand: their decoding is not measured
   * @param rounds at least 1
   */
  public static GoldenSpeed measure(
      QuantizedModel model, Path onnx, ImageSource images, int rounds, Progress progress) {
    FloatVit vit = OnnxVitImporter.read(onnx);
    int n = images.count();
    byte[][] codes = new byte[n][];
    float[][] pixels = new float[n][];
    for (int i = 0; i < n; i++) {
      codes[i] = InputCodes.of(images.image(i), model.preprocessing(), model.shape());
      pixels[i] = images.image(i).normalized(model.preprocessing());
    }
    GoldenModel golden = new GoldenModel(model);
    double[][] rates = new double[3][rounds];
    double[] ratios = new double[rounds];
    try (FloatReference allCores = FloatReference.open(onnx, vit, List.of());
        FloatReference perCore = FloatReference.openSingleThreaded(onnx, vit, List.of())) {
      for (int r = -WARM_UP; r < rounds; r++) {
        int round = Math.max(0, r);
        rates[0][round] =
            rate(n, () -> GoldenBatch.logits(golden, n, i -> codes[i], GoldenBatch.Progress.NONE));
        rates[1][round] =
            rate(n, () -> IntStream.range(0, n).forEach(i -> allCores.logits(pixels[i])));
        rates[2][round] = rate(n, () -> inParallel(n, i -> perCore.logits(pixels[i])));
        ratios[round] = rates[0][round] / Math.max(rates[1][round], rates[2][round]);
        progress.at("golden speed", r + WARM_UP + 1, rounds + WARM_UP);
      }
    }
    return new GoldenSpeed(
        n, rounds, median(rates[0]), median(rates[1]), median(rates[2]), median(ratios));
  }

  private static void inParallel(int count, IntConsumer work) {
    IntStream.range(0, count).parallel().forEach(work);
  }

  private static double rate(int count, Runnable work) {
    long start = System.nanoTime();
    work.run();
    return count * 1e9 / (System.nanoTime() - start);
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }
}
