package org.p2vit.golden;

import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import org.p2vit.model.Linear;
import org.p2vit.model.Mlp;

/**
 * A linear layer with its re-quantization (docs/numerics.md section 3): {@code sat(RNE(acc + bias,
 * n))}, codes in and out held in floats.
 *
 * <p>Output channel {@code o} is exact in floats if {@code 128 * sum_k |w[o][k]| + |bias[o]|} is at
 * most {@link MatrixProducts#EXACT_LIMIT}, as it is with any weights of 8 bits up to 1,023 inputs
 * and a small bias, and in practice far beyond. Channels for which the weights do not promise it
 * are computed in integers.
 */
public final class LinearLayer {
  private final Linear linear;
  private final int bits;
  private final MatrixProducts.Affine accumulators;
  private final float[] scales;
  private final int[] wideChannels;

  /**
   * @param exponent of an output channel's code
   * @param bits of the codes
   * @param grid of the exponents
   */
  public LinearLayer(
      MatrixProducts products, Linear linear, IntUnaryOperator exponent, int bits, ScaleGrid grid) {
    this.linear = linear;
    this.bits = bits;
    accumulators = products.affine(linear);
    int[] shifts = new int[linear.out()];
    for (int o = 0; o < linear.out(); o++) {
      shifts[o] = exponent.applyAsInt(o) - linear.accExponent()[o];
    }
    scales = grid.scalesOfShifts(shifts);
    wideChannels =
        IntStream.range(0, linear.out())
            .filter(o -> largestSum(linear, o) > MatrixProducts.EXACT_LIMIT)
            .toArray();
  }

  /** To 16-bit pre-activations. */
  public static LinearLayer fc1(MatrixProducts products, Mlp mlp, ScaleGrid grid) {
    int exponent = grid.octaves(mlp.activation().exponent());
    return new LinearLayer(products, mlp.fc1(), o -> exponent, 16, grid);
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
  public void apply(float[][] x, float[][] y) {
    accumulators.apply(x, y);
    for (int r = 0; r < y.length; r++) {
      Rows.requantize(y[r], scales, bits);
      for (int o : wideChannels) {
        y[r][o] = requantize(accumulate(x[r], o), scales[o]);
      }
    }
  }

  /** Exact: an accumulator has 32 bits. */
  private float requantize(long accumulator, double scale) {
    double max = Rows.max(bits);
    return (float) Math.rint(Math.max(-max - 1, Math.min(max, accumulator * scale)));
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
