package org.p2vit.generator.sweep;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;

class ParetoFrontTest {
  private record Point(int a, int b, int c) {}

  private static final List<ToDoubleFunction<? super Point>> ALL =
      List.of(Point::a, Point::b, Point::c);

  @Test
  void whatIsBeatenInAllRespectsIsNotInIt() {
    List<Point> points =
        List.of(new Point(3, 1, 0), new Point(1, 3, 0), new Point(2, 2, 0), new Point(3, 3, 0));
    assertEquals(
        List.of(new Point(1, 3, 0), new Point(2, 2, 0), new Point(3, 1, 0)),
        ParetoFront.of(points, ALL));
  }

  @Test
  void ofEqualPointsTheFirstIsKept() {
    Point first = new Point(1, 1, 5);
    List<ToDoubleFunction<? super Point>> two = List.of(Point::a, Point::b);
    assertEquals(List.of(first), ParetoFront.of(List.of(first, new Point(1, 1, 4)), two));
  }

  /** By its definition, on random points with many ties. */
  @Test
  void everyPointIsInItOrBeaten() {
    for (long seed = 1; seed <= 100; seed++) {
      Random random = new Random(seed);
      List<Point> points = new ArrayList<>();
      for (int i = 0; i < 60; i++) {
        points.add(new Point(random.nextInt(6), random.nextInt(6), random.nextInt(6)));
      }
      List<Point> front = ParetoFront.of(points, ALL);
      for (Point p : points) {
        boolean beaten = points.stream().anyMatch(q -> beats(q, p));
        assertEquals(!beaten, front.contains(p), () -> p + " of seed with front " + front);
      }
      assertEquals(front.size(), front.stream().distinct().count(), "seed " + seed);
      assertTrue(front.size() >= 1, "seed " + seed);
    }
  }

  private static boolean beats(Point q, Point p) {
    return q.a <= p.a && q.b <= p.b && q.c <= p.c && !q.equals(p);
  }
}
