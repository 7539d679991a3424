package org.p2vit.generator.sweep;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** What is best in some respect: points that no other equals in all objectives and beats in one. */
public final class ParetoFront {
  private ParetoFront() {}

  /**
   * @param objectives each is to be as small as possible
   * @return the front in the order of the first objective; of points that are equal in all, the
   *     first
   */
  public static <T> List<T> of(List<T> points, List<ToDoubleFunction<? super T>> objectives) {
    Comparator<T> order = Comparator.comparingDouble(objectives.get(0));
    for (ToDoubleFunction<? super T> next : objectives.subList(1, objectives.size())) {
      order = order.thenComparingDouble(next);
    }
    List<T> sorted = new ArrayList<>(points);
    sorted.sort(order);
    List<T> front = new ArrayList<>();
    for (T point : sorted) {
      // Whoever is as good or better comes before.
      if (front.stream().noneMatch(other -> asGood(other, point, objectives))) {
        front.add(point);
      }
    }
    return front;
  }

  private static <T> boolean asGood(
      T other, T point, List<ToDoubleFunction<? super T>> objectives) {
    return objectives.stream().allMatch(o -> o.applyAsDouble(other) <= o.applyAsDouble(point));
  }
}
