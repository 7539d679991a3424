package org.p2vit.generator;

import java.util.List;

/**
 * A mean over images.
 *
 * @param mean of all
 * @param error its standard error, for images drawn at random
 */
public record SampleMean(double mean, double error) {

  /**
   * @param values one an image, at least one
   */
  public static SampleMean of(List<Double> values) {
    double mean = values.stream().mapToDouble(v -> v).average().orElseThrow();
    double squares = values.stream().mapToDouble(v -> (v - mean) * (v - mean)).sum();
    return new SampleMean(mean, Math.sqrt(squares) / values.size());
  }
}
