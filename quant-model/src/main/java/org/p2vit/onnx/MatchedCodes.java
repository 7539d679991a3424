package org.p2vit.onnx;

import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.p2vit.model.Activation;
import org.p2vit.model.Activations;
import org.p2vit.model.Norm;
import org.p2vit.numerics.LayerNormMath;

/**
 * Makes the parts of a {@link FloatVit} that {@link VitMatcher} recognizes, and remembers of each
 * how the graph quantizes it.
 */
final class MatchedCodes {
  private final String file;
  private final GraphQuantizers quantizers;
  private final Map<FloatLinear, LinearCodes> linears = new IdentityHashMap<>();
  private final Map<Tap, TensorCodes> tensors = new IdentityHashMap<>();
  private final Map<FloatNorm, IntegerNorm> norms = new IdentityHashMap<>();
  private final Map<Tap, Activation> activations = new IdentityHashMap<>();

  MatchedCodes(String file, GraphQuantizers quantizers) {
    this.file = file;
    this.quantizers = quantizers;
  }

  /** All of it. */
  QuantizedVit vit(FloatVit vit, Source image, Map<String, String> metadata) {
    return new QuantizedVit(
        file,
        vit,
        linears,
        tensors,
        codes(image, null, 1),
        norms,
        activations,
        metadata,
        quantizers.notes());
  }

  /** All outputs of a linear layer. */
  FloatLinear linear(Source linear) {
    return linear(linear, Shapes.identity(linear.constant(1).shape()[1]), 1);
  }

  /** Some outputs of a linear layer, times a factor. */
  FloatLinear linear(Source linear, int[] columns, double scale) {
    Constant w = linear.constant(1);
    int in = w.shape()[0];
    int width = w.shape()[1];
    int[] map = new int[columns.length * in];
    for (int i = 0; i < map.length; i++) {
      map[i] = i % in * width + columns[i / in];
    }
    return linear(linear, in, columns, w.select(new int[] {columns.length, in}, map), scale);
  }

  /**
   * Some outputs of a linear layer, times a factor.
   *
   * @param weights of them, out x in
   */
  FloatLinear linear(Source linear, int in, int[] columns, Constant weights, double scale) {
    Constant allBias = linear.constant(2);
    int out = columns.length;
    double[] exactBias = new double[out];
    float[] bias = new float[out];
    for (int o = 0; o < out; o++) {
      exactBias[o] = allBias.number(columns[o]) * scale;
      bias[o] = (float) exactBias[o];
    }
    double[] factors = new double[weights.size()];
    Arrays.fill(factors, scale);
    Constant scaled = scale == 1 ? weights : weights.times(factors);
    FloatLinear layer = new FloatLinear(in, out, scaled.floats(), bias);
    boolean quantized = scaled.dequantized();
    int[] exponents = new int[quantized ? weights.size() : 0];
    long[] codes = new long[exponents.length];
    for (int i = 0; i < codes.length; i++) {
      exponents[i] = scaled.exponent(i);
      codes[i] = scaled.code(i);
    }
    linears.put(
        layer,
        new LinearCodes(
            file,
            linear.node().toString(),
            quantized ? scaled.type() : null,
            codes,
            exponents,
            exactBias,
            columnCodes(linear, columns).times(scale)));
    return layer;
  }

  /** A view's tensor. */
  Tap tap(View v) {
    int width = v.lastDimension();
    Tap tap = Tap.plain(v.tensor(), v.size() / width, width);
    tensors.put(tap, codes(v, v.size() / width));
    return tap;
  }

  /** {@link Tap#scaled}, its codes likewise. */
  Tap scaled(Tap tap, double factor) {
    Tap result = tap.scaled(factor);
    tensors.put(result, tensors.get(tap).times(factor));
    return result;
  }

  private TensorCodes codes(View v, int rows) {
    return codes(v.source(), v.map(), rows).times(v.scale());
  }

  /**
   * How some elements of a source are quantized.
   *
   * @param map the elements; null for all
   */
  private TensorCodes codes(Source s, int[] map, int rows) {
    SourceCodes all = quantizers.codes(s);
    int n = map == null ? s.size() : map.length;
    int[] exponents = new int[n];
    double[] max = all.max() == null ? null : new double[n];
    for (int i = 0; i < n; i++) {
      int at = map == null ? i : map[i];
      exponents[i] = all.exponents[at];
      if (max != null) {
        max[i] = all.max()[at];
      }
    }
    Quantizer q = all.quantizer();
    return new TensorCodes(
        file,
        s.node() == null ? "input '" + s.tensor() + "'" : s.node().toString(),
        q == null ? null : q.node().toString(),
        q == null ? null : q.type(),
        q != null && q.narrow(),
        rows,
        exponents,
        all.problem(),
        max,
        all.further().stream()
            .map(f -> new TensorCodes.Further(f.node().toString(), f.exponents()))
            .toList());
  }

  /** Some columns of a linear layer's output. */
  Tap columnTap(Source linear, int[] columns) {
    int width = linear.shape()[linear.shape().length - 1];
    int rows = linear.size() / width;
    Tap tap = new Tap(linear.tensor(), rows, width, columns, 1);
    tensors.put(tap, columnCodes(linear, columns));
    return tap;
  }

  private TensorCodes columnCodes(Source linear, int[] columns) {
    int width = linear.shape()[linear.shape().length - 1];
    int rows = linear.size() / width;
    int[] map = new int[rows * columns.length];
    for (int i = 0; i < map.length; i++) {
      map[i] = i / columns.length * width + columns[i % columns.length];
    }
    return codes(linear, map, rows);
  }

  /** Row 0 alone is read, so row 0 alone need be quantized. */
  Tap normTap(Source norm, int rows, int dim) {
    Tap tap = Tap.plain(norm.tensor(), rows, dim);
    tensors.put(tap, codes(norm, Shapes.identity(dim), 1));
    return tap;
  }

  /** A LayerNorm that p2vit exported. */
  FloatNorm norm(Source s) {
    int dim = s.shape()[s.shape().length - 1];
    if (s.inputs().size() != 7) {
      throw s.node().error("7 inputs are expected");
    }
    long[] gain = integers(s, 1, dim);
    long[] offset = integers(s, 2, dim);
    Constant factor = s.constant(3);
    if (factor.size() != dim) {
      throw s.node().error("input 3 must be " + dim + " numbers");
    }
    int exponent = Math.getExponent(s.constant(6).number(0));
    short[] gains = new short[dim];
    int[] offsets = new int[dim];
    byte[] shifts = new byte[dim];
    float[] weight = new float[dim];
    float[] bias = new float[dim];
    for (int c = 0; c < dim; c++) {
      int shift = -Math.getExponent(factor.number(c));
      gains[c] = (short) gain[c];
      offsets[c] = (int) offset[c];
      shifts[c] = (byte) shift;
      weight[c] = Math.scalb((float) gain[c], LayerNormMath.Z_FRACTION + exponent - shift);
      bias[c] = Math.scalb((float) offset[c], exponent - shift);
    }
    // Epsilon is in units of the input's exponent.
    double unit = s.constant(4).number(0);
    long epsilon = s.constant(5).longs()[0];
    FloatNorm norm = new FloatNorm(weight, bias, epsilon * unit * unit / ((double) dim * dim));
    norms.put(
        norm,
        new IntegerNorm(
            new Norm(epsilon, gains, offsets, shifts, exponent), Math.getExponent(unit)));
    return norm;
  }

  private static long[] integers(Source s, int i, int size) {
    Constant c = s.constant(i);
    if (c.size() != size || !c.integer()) {
      throw s.node().error("input " + i + " must be " + size + " integers");
    }
    return c.longs();
  }

  /** An activation that p2vit exported, whose output is {@code hidden}. */
  void activation(Tap hidden, Source s) {
    activations.put(hidden, activation(s));
  }

  private static Activation activation(Source s) {
    int exponent = Math.getExponent(s.constant(1).number(0));
    int indexShift = -Math.getExponent(s.constant(2).number(0));
    Constant entries = s.constant(3);
    short[] table = new short[entries.size()];
    for (int u = 0; u < table.length; u++) {
      table[u] = (short) entries.number(u);
    }
    for (Activation known :
        List.of(
            Activations.gelu(Math.max(exponent, Activations.GELU_EXPONENT)),
            Activations.silu(),
            Activations.relu())) {
      if (Arrays.equals(known.table(), table) && known.exponent() == exponent) {
        return new Activation(known.kind(), exponent, indexShift, table);
      }
    }
    return new Activation("table", exponent, indexShift, table);
  }
}
