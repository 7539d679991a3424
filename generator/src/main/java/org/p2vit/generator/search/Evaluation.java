package org.p2vit.generator.search;

import java.util.Comparator;

/**
 * How a model with mixed bits did on the images that the search measures with. Of two, the one that
 * is closer to the float model is the better: on a hundred images candidates differ in divergence
 * by much more than chance, in right images by no more than chance.
 *
 * @param allocation its bits
 * @param requantized whether the quantizer made the model for these bits; otherwise it is put
 *     together from layers that were quantized before
 * @param images measured
 * @param right images whose class has the highest logit
 * @param divergence mean Kullback-Leibler divergence of softmax from the float model's, in nats
 */
public record Evaluation(
    Allocation allocation, boolean requantized, int images, int right, double divergence)
    implements Comparable<Evaluation> {

  private static final Comparator<Evaluation> ORDER =
      Comparator.comparingDouble(Evaluation::divergence)
          .reversed()
          .thenComparingInt(Evaluation::right);

  @Override
  public int compareTo(Evaluation other) {
    return ORDER.compare(this, other);
  }

  public double accuracy() {
    return (double) right / images;
  }
}
