package org.p2vit.generator.search;

import java.util.Arrays;
import java.util.List;
import org.p2vit.golden.GoldenBatch;
import org.p2vit.golden.GoldenModel;
import org.p2vit.image.Image;
import org.p2vit.image.ImageSource;
import org.p2vit.image.InputCodes;
import org.p2vit.model.Preprocessing;
import org.p2vit.model.QuantizedModel;
import org.p2vit.onnx.FloatReference;
import org.p2vit.quantize.Progress;

/** Labelled images, ready to measure integer models with. */
final class Measurement {
  private final List<byte[]> inputs;
  private final int[] labels;

  /** Logarithms of the float model's probabilities. */
  private final double[][] wanted;

  private final boolean[] floatRight;

  private Measurement(List<byte[]> inputs, int[] labels, double[][] wanted, boolean[] floatRight) {
    this.inputs = inputs;
    this.labels = labels;
    this.wanted = wanted;
    this.floatRight = floatRight;
  }

  /**
   * Runs the float model.
   *
   * @param images all with labels
   * @param example model whose input all that are measured share
   */
  static Measurement prepare(
      FloatReference reference, ImageSource images, QuantizedModel example, Progress progress) {
    int n = images.count();
    byte[][] inputs = new byte[n][];
    int[] labels = new int[n];
    double[][] wanted = new double[n][];
    boolean[] floatRight = new boolean[n];
    Preprocessing preprocessing = example.preprocessing();
    for (int i = 0; i < n; i++) {
      Image image = images.image(i);
      inputs[i] = InputCodes.of(image, preprocessing, example.shape());
      labels[i] = image.label().orElseThrow();
      float[] logits = reference.logits(image.normalized(preprocessing));
      double[] real = new double[logits.length];
      Arrays.setAll(real, c -> logits[c]);
      wanted[i] = Divergence.logSoftmax(real);
      floatRight[i] = best(real) == labels[i];
      progress.at("float model", i + 1, n);
    }
    return new Measurement(List.of(inputs), labels, wanted, floatRight);
  }

  int images() {
    return labels.length;
  }

  int floatRight() {
    int count = 0;
    for (boolean right : floatRight) {
      count += right ? 1 : 0;
    }
    return count;
  }

  /**
   * How a model did.
   *
   * @param right an image, whether its class has the highest logit
   * @param divergence mean, in nats
   */
  record Outcome(boolean[] right, double divergence) {
    int count() {
      int count = 0;
      for (boolean r : right) {
        count += r ? 1 : 0;
      }
      return count;
    }
  }

  Outcome of(QuantizedModel model, GoldenBatch.Progress progress) {
    int[][] codes =
        GoldenBatch.logits(new GoldenModel(model), inputs.size(), inputs::get, progress);
    boolean[] right = new boolean[codes.length];
    double divergence = 0;
    for (int i = 0; i < codes.length; i++) {
      double[] real = new double[codes[i].length];
      for (int c = 0; c < real.length; c++) {
        real[c] = Math.scalb((double) codes[i][c], model.logitsExponent());
      }
      right[i] = best(real) == labels[i];
      divergence += Divergence.of(wanted[i], Divergence.logSoftmax(real)) / codes.length;
    }
    return new Outcome(right, divergence);
  }

  /**
   * Against the float model on the same images.
   *
   * @param points percentage points of accuracy that are lost
   * @param error standard error of the paired difference, for images drawn at random
   */
  record Drop(double points, double error) {}

  Drop drop(Outcome outcome) {
    int lost = 0;
    int won = 0;
    for (int i = 0; i < labels.length; i++) {
      lost += floatRight[i] && !outcome.right()[i] ? 1 : 0;
      won += !floatRight[i] && outcome.right()[i] ? 1 : 0;
    }
    double n = labels.length;
    double mean = (lost - won) / n;
    return new Drop(100 * mean, 100 * Math.sqrt(((lost + won) / n - mean * mean) / n));
  }

  /** The first of equals. */
  private static int best(double[] logits) {
    int best = 0;
    for (int c = 1; c < logits.length; c++) {
      best = logits[c] > logits[best] ? c : best;
    }
    return best;
  }
}
