package org.p2vit.generator;

import java.util.Arrays;
import java.util.OptionalInt;
import org.p2vit.golden.GoldenBatch;
import org.p2vit.golden.GoldenModel;
import org.p2vit.image.Image;
import org.p2vit.image.ImageSource;
import org.p2vit.image.InputCodes;
import org.p2vit.model.Preprocessing;
import org.p2vit.model.QuantizedModel;
import org.p2vit.onnx.FloatReference;

/**
 * How a model did on some images.
 *
 * @param images how many
 * @param labelled how many of them have a label; the rates are over these
 * @param classes logits of the model
 * @param top1 labelled images whose class has the highest logit
 * @param top5 labelled images whose class is among the five highest
 * @param predictions the class with the highest logit, one an image
 */
public record Accuracy(
    int images, int labelled, int classes, int top1, int top5, int[] predictions) {

  /** Share of labelled images that are right, 0 to 1; NaN if there are no labels. */
  public double top1Rate() {
    return (double) top1 / labelled;
  }

  public double top5Rate() {
    return (double) top5 / labelled;
  }

  /** Of the integer model, on all cores. */
  public static Accuracy of(
      QuantizedModel model, ImageSource images, GoldenBatch.Progress progress) {
    int n = images.count();
    OptionalInt[] labels = new OptionalInt[n];
    int[][] logits =
        GoldenBatch.logits(
            new GoldenModel(model),
            n,
            i -> {
              Image image = images.image(i);
              labels[i] = image.label();
              return InputCodes.of(image, model.preprocessing(), model.shape());
            },
            progress);
    return of(
        labels,
        Arrays.stream(logits)
            .map(row -> Arrays.stream(row).asDoubleStream().toArray())
            .toArray(double[][]::new));
  }

  /** Of the float model. */
  public static Accuracy of(
      FloatReference model,
      Preprocessing preprocessing,
      ImageSource images,
      GoldenBatch.Progress progress) {
    int n = images.count();
    OptionalInt[] labels = new OptionalInt[n];
    double[][] logits = new double[n][];
    for (int i = 0; i < n; i++) {
      Image image = images.image(i);
      labels[i] = image.label();
      logits[i] = Logits.real(model.logits(image.normalized(preprocessing)));
      progress.update(i + 1, n);
    }
    return of(labels, logits);
  }

  private static Accuracy of(OptionalInt[] labels, double[][] logits) {
    int labelled = 0;
    int top1 = 0;
    int top5 = 0;
    int[] predictions = new int[logits.length];
    for (int i = 0; i < logits.length; i++) {
      predictions[i] = Logits.best(logits[i]);
      if (labels[i].isPresent()) {
        int rank = Logits.rank(logits[i], labels[i].getAsInt());
        labelled++;
        top1 += rank == 0 ? 1 : 0;
        top5 += rank < 5 ? 1 : 0;
      }
    }
    return new Accuracy(logits.length, labelled, logits[0].length, top1, top5, predictions);
  }
}
