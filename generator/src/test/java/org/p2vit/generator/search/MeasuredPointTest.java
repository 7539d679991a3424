package org.p2vit.generator.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class MeasuredPointTest {
  private static MeasuredPoint point(double cost, int right, double divergence) {
    Evaluation e = new Evaluation(Allocation.uniform(3, 4), false, 100, right, divergence);
    return new MeasuredPoint(e, cost, "bits");
  }

  @Test
  void theFrontHoldsWhatNothingCheaperIsAsGoodAs() {
    MeasuredPoint cheap = point(4, 80, 0.3);
    MeasuredPoint worseAtThatCost = point(4, 90, 0.4);
    MeasuredPoint noBetter = point(5, 95, 0.3001);
    MeasuredPoint dear = point(6, 70, 0.1);
    assertEquals(
        List.of(cheap, dear), MeasuredPoint.front(List.of(dear, noBetter, worseAtThatCost, cheap)));
  }

  @Test
  void ofEqualDivergenceMoreRightImagesAreBetter() {
    assertTrue(point(4, 81, 0.3).evaluation().compareTo(point(4, 80, 0.3).evaluation()) > 0);
  }
}
