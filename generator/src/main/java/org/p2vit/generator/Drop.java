package org.p2vit.generator;

/**
 * Accuracy that an integer model has lost against the float model on the same images.
 *
 * @param points percentage points
 * @param error standard error of the paired difference, for images drawn at random
 */
public record Drop(double points, double error) {

  /**
   * @param lost images that only the float model has right
   * @param won images that only the integer model has right
   * @param images of all, with a label
   */
  public static Drop of(int lost, int won, int images) {
    double mean = (double) (lost - won) / images;
    return new Drop(
        100.0 * (lost - won) / images,
        100 * Math.sqrt(((double) (lost + won) / images - mean * mean) / images));
  }
}
