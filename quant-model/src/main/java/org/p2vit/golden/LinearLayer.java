package org.p2vit.golden;

import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import org.p2vit.model.Linear;
import org.p2vit.numerics.Rounding;

/**
 * A linear layer with its re-quantization (docs/numerics.md section 3): {@code sat(RNE(acc + bias,
 * n))}, codes in and out held in floats.
 *
 * <p>Output channel {@code o} is exact in floats if {@code 128 * sum_k |w[o][k]| + |bias[o]|} is at
 * most {@link MatrixProducts#EXACT_LIMIT}, as it is with any weights of 8 bits up to 1,023 inputs
 * and a small bias, and in practice far beyond. Channels for which the weights do not promise it
 * are computed in integers.
 */
final class LinearLayer {
  private final Linear linear;
  private final int bits;
  private final MatrixProducts.Affine accumulators;
  private final int[] shifts;
  private final float[] scales;
  private final int[] wideChannels;

  /**
   * @param exponent of an output channel's code
   * @param bits of the codes
   */
  LinearLayer(MatrixProducts products, Linear linear, IntUnaryOperator exponent, int bits) {
    this.linear = linear;
    this.bits = bits;
    accumulators = products.affine(linear);
    shifts = new int[linear.out()];
    for (int o = 0; o < linear.out(); o++) {
      shifts[o] = exponent.applyAsInt(o) - linear.accExponent()[o];
    }
    scales = Rows.scales(shifts);
    wideChannels =
        IntStream.range(0, linear.out())
            .filter(o -> largestSum(linear, o) > MatrixProducts.EXACT_LIMIT)
            .toArray();
  }

  /** The most that an accumulator of channel {@code o} and its partial sums can reach. */
  private static long largestSum(Linear linear, int o) {
    long sum = Math.abs((long) linear.bias()[o]);
    for (int k = 0; k < linear.in(); k++) {
      sum += 128 * Math.abs(linear.weights()[o * linear.in() + k]);
    }
    return sum;
  }

  /**
   * @param x rows of codes, int8
   * @param y gets a row of codes for each row of {@code x}
   */
  void apply(float[][] x, float[][] y) {
    accumulators.apply(x, y);
    for (int r = 0; r < y.length; r++) {
      Rows.requantize(y[r], scales, bits);
      for (int o : wideChannels) {
        y[r][o] = Rounding.requantize(accumulate(x[r], o), shifts[o], bits);
      }
    }
  }

  /** Accumulator of channel {@code o}, bias included. */
  private long accumulate(float[] x, int o) {
    long acc = linear.bias()[o];
    for (int k = 0; k < linear.in(); k++) {
      acc += (long) x[k] * linear.weights()[o * linear.in() + k];
    }
    return acc;
  }
}
