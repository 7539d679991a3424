package org.p2vit.generator.compile;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntUnaryOperator;
import org.p2vit.model.InputException;
import org.p2vit.model.Linear;
import org.p2vit.rtl.job.ParameterFormat;

/**
 * Makes the PARAMETER entries of a layer's output channels (docs/numerics.md section 3).
 *
 * @param exponent of the output channel (with an activation: of the pre-activation)
 * @param second what {@link ParameterFormat.Output#second} says
 */
record Requantization(
    String layer, Linear linear, IntUnaryOperator exponent, IntUnaryOperator second) {

  /** Of the channels from {@code from} to before {@code to}. */
  List<ParameterFormat.Output> entries(int from, int to) {
    List<ParameterFormat.Output> entries = new ArrayList<>();
    for (int o = from; o < to; o++) {
      int shift = exponent.applyAsInt(o) - linear.accExponent()[o];
      check("shift", o, shift, -8, 31);
      int m = second.applyAsInt(o);
      check("second shift", o, m, -8, 15);
      entries.add(new ParameterFormat.Output(linear.bias()[o], shift, m));
    }
    return entries;
  }

  private void check(String what, int channel, int value, int low, int high) {
    if (value < low || value > high) {
      throw new InputException(
          "layer %s, output channel %d: %s %d is not in %d..%d"
              .formatted(layer, channel, what, value, low, high));
    }
  }
}
