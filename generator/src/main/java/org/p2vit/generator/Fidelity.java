package org.p2vit.generator;

import java.util.OptionalInt;

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
 *     model's, in nats: far less noisy than counts of right images
 */
public record Fidelity(
    int images,
    int labelled,
    int floatRight,
    int integerRight,
    int lost,
    int won,
    double agreement,
    double divergence) {

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
    double divergence = 0;
    for (int i = 0; i < labels.length; i++) {
      int a = Logits.best(floats[i]);
      int b = Logits.best(integers[i]);
      same += a == b ? 1 : 0;
      divergence +=
          Logits.divergence(Logits.logSoftmax(floats[i]), Logits.logSoftmax(integers[i]))
              / labels.length;
      if (labels[i].isPresent()) {
        int label = labels[i].getAsInt();
        labelled++;
        floatRight += a == label ? 1 : 0;
        integerRight += b == label ? 1 : 0;
        both += a == label && b == label ? 1 : 0;
      }
    }
    return new Fidelity(
        labels.length,
        labelled,
        floatRight,
        integerRight,
        floatRight - both,
        integerRight - both,
        (double) same / labels.length,
        divergence);
  }

  /** Percentage points of accuracy lost. */
  public double drop() {
    return Drop.of(lost, won, labelled).points();
  }

  /** Standard error of {@link #drop}. */
  public double dropError() {
    return Drop.of(lost, won, labelled).error();
  }

  public double floatRate() {
    return (double) floatRight / labelled;
  }

  public double integerRate() {
    return (double) integerRight / labelled;
  }
}
