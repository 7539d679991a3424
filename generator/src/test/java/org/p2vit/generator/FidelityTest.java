package org.p2vit.generator;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class FidelityTest {

  @Test
  void countsPairs() {
    double[] zero = {1, 0};
    double[] one = {0, 1};
    OptionalInt[] labels = {
      OptionalInt.of(0),
      OptionalInt.of(0),
      OptionalInt.of(0),
      OptionalInt.of(1),
      OptionalInt.empty()
    };
    double[][] floats = {zero, zero, zero, zero, one};
    double[][] integers = {zero, one, one, one, one};
    Fidelity f = Fidelity.of(labels, floats, integers);
    assertEquals(5, f.images());
    assertEquals(4, f.labelled());
    assertEquals(3, f.floatRight());
    assertEquals(2, f.integerRight());
    assertEquals(2, f.lost());
    assertEquals(1, f.won());
    assertEquals(0.4, f.agreement(), 1e-12);
    assertEquals(25, f.drop(), 1e-12);
    // Differences 0, 1, 1, -1: variance 3/4 - 1/16.
    assertEquals(100 * Math.sqrt(0.6875 / 4), f.dropError(), 1e-9);
  }

  @Test
  void divergenceIsOfSoftmax() {
    OptionalInt[] labels = {OptionalInt.empty()};
    double[][] floats = {{Math.log(0.75), Math.log(0.25)}};
    double[][] shifted = {{Math.log(0.75) + 5, Math.log(0.25) + 5}};
    double[][] even = {{3, 3}};
    assertEquals(0, Fidelity.of(labels, floats, shifted).divergence(), 1e-12);
    double expected = 0.75 * Math.log(1.5) + 0.25 * Math.log(0.5);
    assertEquals(expected, Fidelity.of(labels, floats, even).divergence(), 1e-12);
  }

  @Test
  void divergencesAreComparedImageByImage() {
    OptionalInt[] labels = {OptionalInt.empty(), OptionalInt.empty()};
    double[][] floats = {{Math.log(0.75), Math.log(0.25)}, {Math.log(0.9), Math.log(0.1)}};
    double[][] even = {{0, 0}, {0, 0}};
    Fidelity exact = Fidelity.of(labels, floats, floats);
    Fidelity other = Fidelity.of(labels, floats, even);
    double a = 0.75 * Math.log(1.5) + 0.25 * Math.log(0.5);
    double b = 0.9 * Math.log(1.8) + 0.1 * Math.log(0.2);
    SampleMean more = other.divergenceMinus(exact);
    assertEquals((a + b) / 2, more.mean(), 1e-12);
    // Two values: each is half their difference from the mean.
    assertEquals(Math.abs(a - b) / 2 / Math.sqrt(2), more.error(), 1e-12);
    assertEquals(more.error(), other.divergenceError(), 1e-12);
    assertEquals(0, other.divergenceMinus(other).error(), 0);
  }
}
