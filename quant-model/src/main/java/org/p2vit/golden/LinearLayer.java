package org.p2vit.golden;

import java.util.Arrays;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import org.p2vit.model.Attention;
import org.p2vit.model.Linear;
import org.p2vit.model.Mlp;

/**
 * A linear layer with its re-quantization (docs/numerics.md section 3): {@code sat(RNE(acc + bias,
 * n))}, codes in and out held in floats.
 *
 * <p>Output channel {@code o} is exact in floats if {@code 128 * sum_k |w[o][k]| + |bias[o]|} is at
 * most {@link MatrixProduct#EXACT_LIMIT}, as it is with any weights of 8 bits up to 1,023 inputs
 * and a small bias, and in practice far beyond. Channels for which the weights do not promise it
 * are computed in integers.
 */
public final class LinearLayer {
  /** Few enough that a row is still in the first-level cache when it is re-quantized. */
  private static final int ROWS_AT_ONCE = 6;

  private final Linear linear;
  private final int bits;
  private final float[][] weights;
  private final float[] bias;
  private final float[] scales;
  private final int[] wideChannels;

  /**
   * @param exponent of an output channel's code
   * @param bits of the codes
   * @param grid of the exponents
   */
  public LinearLayer(Linear linear, IntUnaryOperator exponent, int bits, ScaleGrid grid) {
    this.linear = linear;
    this.bits = bits;
    weights = new float[linear.in()][linear.out()];
    bias = new float[linear.out()];
    int[] shifts = new int[linear.out()];
    for (int o = 0; o < linear.out(); o++) {
      bias[o] = linear.bias()[o];
      shifts[o] = exponent.applyAsInt(o) - linear.accExponent()[o];
      for (int k = 0; k < linear.in(); k++) {
        weights[k][o] = linear.weights()[o * linear.in() + k];
      }
    }
    scales = grid.scalesOfShifts(shifts);
    wideChannels =
        IntStream.range(0, linear.out())
            .filter(o -> largestSum(linear, o) > MatrixProduct.EXACT_LIMIT)
            .toArray();
  }

  /** The three layers that have the same input as one: 3C columns. */
  public static LinearLayer queryKeyValue(Attention a, ScaleGrid grid) {
    int[][] exponents = {a.queryExponent(), a.keyExponent(), a.valueExponent()};
    int dim = a.queryExponent().length;
    Linear stacked = stack(a.query(), a.key(), a.value());
    return new LinearLayer(stacked, o -> exponents[o / dim][o % dim], 8, grid);
  }

  /** To 16-bit pre-activations. */
  public static LinearLayer fc1(Mlp mlp, ScaleGrid grid) {
    int exponent = grid.octaves(mlp.activation().exponent());
    return new LinearLayer(mlp.fc1(), o -> exponent, 16, grid);
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
    for (int begin = 0; begin < y.length; begin += ROWS_AT_ONCE) {
      int end = Math.min(begin + ROWS_AT_ONCE, y.length);
      for (int r = begin; r < end; r++) {
        System.arraycopy(bias, 0, y[r], 0, bias.length);
      }
      MatrixProduct.multiply(x, 0, weights, y, begin, end);
      for (int r = begin; r < end; r++) {
        Rows.requantize(y[r], scales, bits);
        for (int o : wideChannels) {
          y[r][o] = requantize(accumulate(x[r], o), scales[o]);
        }
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

  /** Layers with one input as a single layer: the first's channels, then the next's. */
  private static Linear stack(Linear... layers) {
    int in = layers[0].in();
    int out = Arrays.stream(layers).mapToInt(Linear::out).sum();
    int weightBits = Arrays.stream(layers).mapToInt(Linear::weightBits).max().orElseThrow();
    byte[] weights = new byte[out * in];
    int[] bias = new int[out];
    int[] accExponent = new int[out];
    int at = 0;
    for (Linear l : layers) {
      System.arraycopy(l.weights(), 0, weights, at * in, l.out() * in);
      System.arraycopy(l.bias(), 0, bias, at, l.out());
      System.arraycopy(l.accExponent(), 0, accExponent, at, l.out());
      at += l.out();
    }
    return new Linear(in, out, weightBits, weights, bias, accExponent);
  }
}
