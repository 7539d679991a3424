package org.p2vit.generator.svg;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

class AxisTest {
  @Test
  void valuesAreMappedWithRoomAtBothEnds() {
    Axis axis = Axis.of(DoubleStream.of(2, 12, 7), 0.1, 100, 220);
    assertEquals(110, axis.at(2), 1e-9);
    assertEquals(210, axis.at(12), 1e-9);
    assertTrue(axis.holds(1) && axis.holds(13));
    assertFalse(axis.holds(0.9) || axis.holds(13.1));
  }

  @Test
  void ticksAreRound() {
    Axis axis = Axis.of(DoubleStream.of(-0.11, 0.31), 0, 0, 1);
    assertArrayEquals(new double[] {-0.1, 0, 0.1, 0.2, 0.3}, axis.ticks(), 1e-12);
  }

  @Test
  void oneValueAloneIsInTheMiddle() {
    Axis axis = Axis.of(DoubleStream.of(5, 5), 0.1, 0, 100);
    assertEquals(50, axis.at(5), 1e-6);
  }
}
