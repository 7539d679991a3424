package org.p2vit.generator.search;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** What was measured of an allocation, and what it costs. */
record MeasuredPoint(Evaluation evaluation, double cost, String unit) {

  static MeasuredPoint of(Evaluation evaluation, Cost cost) {
    double c = cost.of(evaluation.allocation());
    return new MeasuredPoint(evaluation, c, cost.format(c) + " " + cost.unit());
  }

  /** Those that nothing is better than at the same cost or less, cheapest first. */
  static List<MeasuredPoint> front(List<MeasuredPoint> points) {
    List<MeasuredPoint> front = new ArrayList<>();
    points.stream()
        .sorted(
            Comparator.comparingDouble(MeasuredPoint::cost)
                .thenComparing(MeasuredPoint::evaluation, Comparator.reverseOrder()))
        .forEach(
            p -> {
              if (front.isEmpty()
                  || p.evaluation().compareTo(front.get(front.size() - 1).evaluation()) > 0) {
                front.add(p);
              }
            });
    return front;
  }

  /** All that is known of it. */
  String text() {
    return "%s, %d of %d right, divergence %.4f%n%s"
        .formatted(
            unit,
            evaluation.right(),
            evaluation.images(),
            evaluation.divergence(),
            evaluation.allocation().code());
  }
}
