package org.p2vit.quantize;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.p2vit.golden.ScaleGrid;
import org.p2vit.model.Linear;
import org.p2vit.model.Norm;
import org.p2vit.model.Residual;
import org.p2vit.onnx.FloatLinear;
import org.p2vit.onnx.FloatNorm;
import org.p2vit.onnx.FloatVit;
import org.p2vit.onnx.Tap;

/** What the quantizers of all layers use, set up for one model and its options. */
final class LayerTools {
  static final int NO_LIMIT = 100_000;

  /** Rows that scales are chosen by. */
  static final int ROWS = 4096;

  private final FloatVit vit;
  private final QuantizeOptions options;
  private final TokenRows tokens;
  private final Map<String, TensorReference> references;
  private final Exponents exponents;
  private final Smoothing smoothing;
  private final ResidualQuantizer residuals;
  private final LinearQuantizer linears;

  /**
   * @param references gets what each tensor stands for
   */
  LayerTools(
      FloatVit vit,
      QuantizeOptions options,
      TokenRows tokens,
      Map<String, TensorReference> references) {
    this.vit = vit;
    this.options = options;
    this.tokens = tokens;
    this.references = references;
    exponents = new Exponents(options.grid(), options.uses(Method.ADAPTIVE_ROUNDING));
    smoothing = new Smoothing(exponents);
    residuals =
        new ResidualQuantizer(
            exponents, options.residualBits(), options.uses(Method.POWER_OF_TWO_FACTOR));
    linears = new LinearQuantizer(options);
  }

  FloatVit vit() {
    return vit;
  }

  QuantizeOptions options() {
    return options;
  }

  ScaleGrid grid() {
    return options.grid();
  }

  TokenRows tokens() {
    return tokens;
  }

  Exponents exponents() {
    return exponents;
  }

  /** Scale of the stream's next tensor. */
  Residual residual(String name, Tap tap, float[][] rows, Residual before) {
    Samples samples = new Samples(rows);
    Residual residual = residuals.choose(samples.thinned(ROWS), samples.maxMagnitude(), before);
    reference(name, tap, new InputScale(residual.exponents(), new float[vit.shape().dim()]));
    return residual;
  }

  /**
   * A layer's input with its exponents.
   *
   * @param name of the tensor
   */
  record Reader(String name, FloatLinear layer) {}

  /**
   * What scales a layer's input gets, so that they suit it and the layers that read it.
   *
   * @param perChannel whether channels may differ
   */
  InputScale inputScale(
      Samples centered,
      float[] offset,
      List<Reader> readers,
      boolean perChannel,
      int lowest,
      int highest) {
    if (!perChannel) {
      return smoothing.shared(centered, offset, lowest, highest);
    }
    List<FloatLinear> layers = readers.stream().map(Reader::layer).toList();
    int[] bits = readers.stream().mapToInt(r -> options.bits(r.name())).toArray();
    return smoothing.balance(centered, offset, layers, bits, lowest, highest);
  }

  /** A LayerNorm and what its codes stand for. */
  record NormOutput(Norm norm, InputScale scale) {}

  /**
   * A LayerNorm of the stream.
   *
   * @param output of the float model
   * @param stream its scale
   */
  NormOutput norm(
      String name,
      FloatNorm norm,
      Tap tap,
      float[][] output,
      List<Reader> readers,
      Residual stream) {
    float[] mean = new Samples(output).mean();
    InputScale scale =
        inputScale(
            new Samples(output).thinned(ROWS).minus(mean),
            mean,
            readers,
            options.uses(Method.SMOOTHING),
            -NO_LIMIT,
            NO_LIMIT);
    reference(name, tap, scale);
    double unit = grid().scale(stream.exponent());
    return new NormOutput(NormQuantizer.quantize(name, norm, scale, unit, grid()), scale);
  }

  Linear linear(String name, LinearQuantizer.Task task, LayerInput input, int[] outputExponent) {
    return linears.quantize(name, task, input, options.bits(name), outputExponent);
  }

  void reference(String name, Tap tap, InputScale scale) {
    float[] ones = new float[scale.offset().length];
    Arrays.fill(ones, 1);
    reference(name, tap, ones, scale);
  }

  /**
   * @param factor a channel, from the float tensor to what is coded
   */
  void reference(String name, Tap tap, float[] factor, InputScale scale) {
    reference(
        name,
        new TensorReference(
            tap, TensorReference.Kind.LINEAR, factor, scale.exponent(), scale.offset()));
  }

  void reference(String name, TensorReference reference) {
    references.put(name, reference);
  }
}
