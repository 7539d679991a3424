package org.p2vit.generator;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * How an integer model does against the float model it was made of, image by image.
 *
 * @param images how many
 * @param labelled how many of them have a label
 * @param floatRight labelled images whose class the float model gives the highest logit
 * @param integerRight likewise the integer model
 * @param lost labelled images that only the float model has right
 * @param won labelled images that only the integer model has right
 * @param agreement share of images on which both predict the same class
 * @param divergence mean Kullback-Leibler divergence of the integer model's softmax from the float
 *     model's, in nats: less noisy than counts of right images
 * @param divergenceError standard error of the mean, for images drawn at random
 * @param divergences of each image, in their order
 */
public record Fidelity(
    int images,
    int labelled,
    int floatRight,
    int integerRight,
    int lost,
    int won,
    double agreement,
    double divergence,
    double divergenceError,
    List<Double> divergences) {

  /**
   * Compares logits, a row an image.
   *
   * @param labels of the images
   * @param floats of the float model
   * @param integers of the integer model, real values
   */
  public static Fidelity of(OptionalInt[] labels, double[][] floats, double[][] integers) {
    int labelled = 0;
    int floatRight = 0;
    int integerRight = 0;
    int both = 0;
    int same = 0;
    List<Double> divergences = new ArrayList<>();
    for (int i = 0; i < labels.length; i++) {
      int a = Logits.best(floats[i]);
      int b = Logits.best(integers[i]);
      same += a == b ? 1 : 0;
      divergences.add(
          Logits.divergence(Logits.logSoftmax(floats[i]), Logits.logSoftmax(integers[i])));
      if (labels[i].isPresent()) {
        int label = labels[i].getAsInt();
        labelled++;
        floatRight += a == label ? 1 : 0;
        integerRight += b == label ? 1 : 0;
        both += a == label && b == label ? 1 : 0;
      }
    }
    SampleMean divergence = SampleMean.of(divergences);
    return new Fidelity(
        labels.length,
        labelled,
        floatRight,
        integerRight,
        floatRight - both,
        integerRight - both,
        (double) same / labels.length,
        divergence.mean(),
        divergence.error(),
        List.copyOf(divergences));
  }

  /** Percentage points of accuracy lost. */
  public double drop() {
    return Drop.of(lost, won, labelled).points();
  }

  /** Standard error of {@link #drop}. */
  public double dropError() {
    return Drop.of(lost, won, labelled).error();
  }

  /**
   * How much larger the divergence is than another model's: the mean difference, and its error.
   *
   * @param other measured on the same images
   */
  public SampleMean divergenceMinus(Fidelity other) {
    return SampleMean.of(
        IntStream.range(0, images)
            .mapToObj(i -> divergences.get(i) - other.divergences.get(i))
            .toList());
  }

  public double floatRate() {
    return (double) floatRight / labelled;
  }

  public double integerRate() {
    return (double) integerRight / labelled;
  }
}
