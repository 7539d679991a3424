package org.p2vit.quantize;

import java.util.Arrays;
import java.util.List;
import org.p2vit.golden.ScaleGrid;
import org.p2vit.model.Linear;
import org.p2vit.onnx.FloatLinear;

/**
 * Linear layers (docs/numerics.md section 3): weights with a scale per output channel, the input's
 * scales folded in before they are rounded.
 */
final class LinearQuantizer {
  private final ScaleGrid grid;
  private final QuantizeOptions options;

  LinearQuantizer(QuantizeOptions options) {
    this.grid = options.grid();
    this.options = options;
  }

  /**
   * What a layer has to compute.
   *
   * @param layer in float
   * @param outputs that its rows should have, offset not yet subtracted
   * @param offset of the outputs' codes
   */
  record Task(FloatLinear layer, float[][] outputs, float[] offset) {}

  /**
   * Quantizes a layer.
   *
   * @param name for messages
   * @param outputExponent of each output's codes, from which the shift counts
   */
  Linear quantize(String name, Task task, LayerInput input, int bits, int[] outputExponent) {
    FloatLinear layer = task.layer();
    int in = layer.in();
    int out = layer.out();
    double[][] weights = folded(layer, input.scale());
    double[] outputMean = input.mean(task.outputs());
    if (options.uses(Method.REFIT)) {
      Moments.add(new WeightFit(weights, input, task.outputs(), outputMean).step(), weights);
    }
    boolean correct = options.uses(Method.BIAS_CORRECTION);
    double[] base = new double[out];
    for (int o = 0; o < out; o++) {
      base[o] = (correct ? outputMean[o] : bias(layer, o, input.scale())) - task.offset()[o];
    }
    double[] mean = correct ? input.mean() : new double[in];
    Rounding rounding = new Rounding(name, weights, bits, outputExponent, base, mean);
    return rounding.with(options, new Hessian(input.covariance(), rounding.damping(input)));
  }

  /** A layer's weights, ready to be rounded. */
  private final class Rounding {
    private final String name;
    private final double[][] weights;
    private final int bits;
    private final int[] outputExponent;
    private final double[] base;
    private final double[] mean;

    Rounding(
        String name,
        double[][] weights,
        int bits,
        int[] outputExponent,
        double[] base,
        double[] mean) {
      this.name = name;
      this.weights = weights;
      this.bits = bits;
      this.outputExponent = outputExponent;
      this.base = base;
      this.mean = mean;
    }

    /** What suits these weights at the scales that they get without descent. */
    double damping(LayerInput input) {
      if (!options.uses(Method.DAMPING)) {
        return Damping.LEAST;
      }
      QuantizeOptions quick = options.without(List.of(Method.DESCENT));
      int[] exponent = with(quick, new Hessian(input.covariance(), Damping.LEAST)).accExponent();
      double[] scale = new double[exponent.length];
      Arrays.setAll(scale, o -> grid.scale(exponent[o]));
      return new Damping(input, WeightRounding.of(options), WeightRounding.maxCode(bits))
          .choose(weights, scale);
    }

    Linear with(QuantizeOptions how, Hessian hessian) {
      int in = hessian.size();
      int out = weights.length;
      byte[] codes = new byte[in * out];
      int[] bias = new int[out];
      int[] accExponent = new int[out];
      Parallel.ranges(
          out,
          WeightRounding.CHANNELS_AT_ONCE,
          (from, to) -> {
            ChannelRounding channels = new ChannelRounding(name, how, hessian, bits, from, to);
            channels.search(weights, outputExponent, base, mean);
            channels.copy(codes, bias, accExponent);
          });
      return new Linear(in, out, bits, codes, bias, accExponent);
    }
  }

  /** With what the layer makes of the input's offset. */
  private static double bias(FloatLinear layer, int o, InputScale scale) {
    double bias = layer.bias()[o];
    for (int k = 0; k < layer.in(); k++) {
      bias += (double) layer.weights()[o * layer.in() + k] * scale.offset()[k];
    }
    return bias;
  }

  /** Weights as they count for codes of the input: out x in. */
  private double[][] folded(FloatLinear layer, InputScale scale) {
    double[][] weights = new double[layer.out()][layer.in()];
    for (int k = 0; k < layer.in(); k++) {
      double s = grid.scale(scale.exponent()[k]);
      for (int o = 0; o < layer.out(); o++) {
        weights[o][k] = layer.weights()[o * layer.in() + k] * s;
      }
    }
    return weights;
  }
}
