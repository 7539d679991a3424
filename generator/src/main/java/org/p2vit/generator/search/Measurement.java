package org.p2vit.generator.search;

import java.util.List;
import org.p2vit.generator.Drop;
import org.p2vit.generator.Logits;
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
      double[] logits = Logits.real(reference.logits(image.normalized(preprocessing)));
      wanted[i] = Logits.logSoftmax(logits);
      floatRight[i] = Logits.best(logits) == labels[i];
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
      double[] logits = Logits.real(codes[i], model.logitsExponent());
      right[i] = Logits.best(logits) == labels[i];
      divergence += Logits.divergence(wanted[i], Logits.logSoftmax(logits)) / codes.length;
    }
    return new Outcome(right, divergence);
  }

  /** Against the float model on the same images. */
  Drop drop(Outcome outcome) {
    int lost = 0;
    int won = 0;
    for (int i = 0; i < labels.length; i++) {
      lost += floatRight[i] && !outcome.right()[i] ? 1 : 0;
      won += !floatRight[i] && outcome.right()[i] ? 1 : 0;
    }
    return Drop.of(lost, won, labels.length);
  }
}
