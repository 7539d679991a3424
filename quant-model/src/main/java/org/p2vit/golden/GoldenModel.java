package org.p2vit.golden;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntUnaryOperator;
import org.p2vit.model.Activation;
import org.p2vit.model.Attention;
import org.p2vit.model.Block;
import org.p2vit.model.InputException;
import org.p2vit.model.Linear;
import org.p2vit.model.Mlp;
import org.p2vit.model.ModelValidator;
import org.p2vit.model.Norm;
import org.p2vit.model.QuantizedModel;
import org.p2vit.model.Residual;
import org.p2vit.model.VitShape;
import org.p2vit.numerics.ActivationMath;
import org.p2vit.numerics.ContextMath;
import org.p2vit.numerics.LayerNormMath;
import org.p2vit.numerics.LogSoftmax;
import org.p2vit.numerics.ResidualMath;
import org.p2vit.numerics.Rounding;

/**
 * The reference: computes a model in integers exactly as docs/numerics.md says. Immutable, so any
 * number of threads may use one.
 */
public final class GoldenModel {
  private final QuantizedModel model;
  private final VitShape shape;
  private final int bits;
  private final Layer patchEmbedding;
  private final List<BlockLayers> blocks;
  private final Layer head;

  /** A linear layer with its weights K x N. */
  private record Layer(int in, int out, int[][] weights, int[] bias, int[] accExponent) {
    static Layer of(Linear l) {
      int[][] weights = Accumulator.transpose(l.weights(), 0, l.in(), l.out(), l.in());
      return new Layer(l.in(), l.out(), weights, l.bias(), l.accExponent());
    }

    /** Accumulators, bias included, of row {@code r} of {@code x}. */
    int[] accumulate(byte[] x, int r) {
      int[] acc = bias.clone();
      Accumulator.multiply(x, r * in, weights, acc);
      return acc;
    }

    /** Right shifts to outputs at {@code exponent}. */
    int[] shifts(IntUnaryOperator exponent) {
      int[] shifts = new int[out];
      Arrays.setAll(shifts, o -> exponent.applyAsInt(o) - accExponent[o]);
      return shifts;
    }
  }

  private record BlockLayers(
      Layer query, Layer key, Layer value, Layer projection, Layer fc1, Layer fc2) {
    static BlockLayers of(Block b) {
      Attention a = b.attention();
      return new BlockLayers(
          Layer.of(a.query()),
          Layer.of(a.key()),
          Layer.of(a.value()),
          Layer.of(a.projection()),
          Layer.of(b.mlp().fc1()),
          Layer.of(b.mlp().fc2()));
    }
  }

  /**
   * @throws InputException if the model breaks a rule of docs/numerics.md; see {@link
   *     ModelValidator}
   */
  public GoldenModel(QuantizedModel model) {
    ModelValidator.check(model);
    this.model = model;
    shape = model.shape();
    bits = model.residualBits();
    patchEmbedding = Layer.of(model.patchEmbedding());
    blocks = new ArrayList<>();
    model.blocks().forEach(b -> blocks.add(BlockLayers.of(b)));
    head = Layer.of(model.head());
  }

  public QuantizedModel model() {
    return model;
  }

  /** {@link #logits(byte[], TensorSink)} alone. */
  public int[] logits(byte[] inputCodes) {
    return logits(inputCodes, TensorSink.NONE);
  }

  /**
   * @param inputCodes T x patch length codes, row 0 zeros
   * @param sink gets every tensor of docs/numerics.md section 2; {@link TensorSink#NONE} costs
   *     nothing
   * @return a code a class, at {@link QuantizedModel#logitsExponent()}
   */
  public int[] logits(byte[] inputCodes, TensorSink sink) {
    int tokens = shape.tokens();
    checkInput(inputCodes);
    Taps taps = new Taps(sink);
    taps.put("input", inputCodes, tokens, shape.patchDim());
    short[] x = embed(inputCodes);
    taps.put("embed", x, tokens, shape.dim());
    Residual scale = model.embed();
    for (int i = 0; i < blocks.size(); i++) {
      Block block = model.blocks().get(i);
      attention(block, blocks.get(i), x, scale, taps, "blocks." + i + ".");
      mlp(block, blocks.get(i), x, taps, "blocks." + i + ".");
      scale = block.residual2();
    }
    byte[] normalized = norm(x, scale, model.norm(), 1);
    taps.put("norm", normalized, 1, shape.dim());
    int[] logits = head.accumulate(normalized, 0);
    int[] shifts = head.shifts(o -> model.logitsExponent());
    for (int o = 0; o < logits.length; o++) {
      logits[o] = Rounding.requantize(logits[o], shifts[o], 16);
    }
    taps.put("logits", logits.clone(), logits.length);
    return logits;
  }

  private void checkInput(byte[] codes) {
    int length = shape.tokens() * shape.patchDim();
    if (codes.length != length) {
      throw new IllegalArgumentException(
          "input has " + codes.length + " codes, the model takes " + length);
    }
    for (int k = 0; k < shape.patchDim(); k++) {
      if (codes[k] != 0) {
        throw new IllegalArgumentException("row 0 of the input is the class token's: only zeros");
      }
    }
  }

  private short[] embed(byte[] input) {
    short[] x = model.position().clone();
    Residual to = model.embed();
    int[] noShift = new int[shape.dim()];
    addBranch(x, noShift, patchEmbedding, input, to);
    return x;
  }

  private void attention(
      Block block, BlockLayers layers, short[] x, Residual scale, Taps taps, String prefix) {
    int tokens = shape.tokens();
    int dim = shape.dim();
    Attention a = block.attention();
    byte[] in = norm(x, scale, block.norm1(), tokens);
    taps.put(prefix + "norm1", in, tokens, dim);
    byte[] query = project(layers.query, in, a.queryExponent());
    taps.put(prefix + "query", query, tokens, dim);
    byte[] key = project(layers.key, in, a.keyExponent());
    taps.put(prefix + "key", key, tokens, dim);
    byte[] value = project(layers.value, in, a.valueExponent());
    taps.put(prefix + "value", value, tokens, dim);

    byte[] scores = new byte[shape.heads() * tokens * tokens];
    for (int h = 0; h < shape.heads(); h++) {
      scores(a, h, query, key, scores);
    }
    taps.put(prefix + "scores", scores, shape.heads(), tokens, tokens);
    byte[] codes = new byte[scores.length];
    for (int h = 0; h < shape.heads(); h++) {
      for (int r = 0; r < tokens; r++) {
        int from = (h * tokens + r) * tokens;
        LogSoftmax.row(scores, from, tokens, a.scoreExponent()[h], codes, from);
      }
    }
    taps.put(prefix + "attention", codes, shape.heads(), tokens, tokens);
    byte[] context = new byte[tokens * dim];
    for (int h = 0; h < shape.heads(); h++) {
      context(a, h, codes, value, context);
    }
    taps.put(prefix + "context", context, tokens, dim);

    int[] shifts = shifts(scale, block.residual1());
    addBranch(x, shifts, layers.projection, context, block.residual1());
    taps.put(prefix + "residual1", x, tokens, dim);
  }

  private void mlp(Block block, BlockLayers layers, short[] x, Taps taps, String prefix) {
    int tokens = shape.tokens();
    byte[] in = norm(x, block.residual1(), block.norm2(), tokens);
    taps.put(prefix + "norm2", in, tokens, shape.dim());
    byte[] hidden = activate(block.mlp(), layers.fc1, in);
    taps.put(prefix + "hidden", hidden, tokens, shape.mlpDim());
    int[] shifts = shifts(block.residual1(), block.residual2());
    addBranch(x, shifts, layers.fc2, hidden, block.residual2());
    taps.put(prefix + "residual2", x, tokens, shape.dim());
  }

  private byte[] norm(short[] x, Residual scale, Norm norm, int rows) {
    int dim = shape.dim();
    byte[] y = new byte[rows * dim];
    for (int r = 0; r < rows; r++) {
      LayerNormMath.row(
          x,
          r * dim,
          scale.ptf(),
          norm.epsilon(),
          norm.gain(),
          norm.offset(),
          norm.shift(),
          y,
          r * dim);
    }
    return y;
  }

  private byte[] project(Layer layer, byte[] x, int[] exponent) {
    int[] shifts = layer.shifts(o -> exponent[o]);
    byte[] y = new byte[shape.tokens() * layer.out];
    for (int r = 0; r < shape.tokens(); r++) {
      int[] acc = layer.accumulate(x, r);
      for (int o = 0; o < layer.out; o++) {
        y[r * layer.out + o] = (byte) Rounding.requantize(acc[o], shifts[o], 8);
      }
    }
    return y;
  }

  private void scores(Attention a, int h, byte[] query, byte[] key, byte[] scores) {
    int tokens = shape.tokens();
    int dim = shape.dim();
    int from = h * shape.headDim();
    int[][] keys = Accumulator.transpose(key, from, dim, tokens, shape.headDim());
    int n = a.scoreExponent()[h] - a.queryExponent()[from] - a.keyExponent()[from];
    for (int r = 0; r < tokens; r++) {
      int[] acc = new int[tokens];
      Accumulator.multiply(query, r * dim + from, keys, acc);
      for (int j = 0; j < tokens; j++) {
        scores[(h * tokens + r) * tokens + j] = (byte) Rounding.requantize(acc[j], n, 8);
      }
    }
  }

  /**
   * 32 bits do: softmax's codes of a row sum to little more than 1 (at most sqrt(2) times that for
   * the rounding), so an accumulator stays near {@code 128 * 2^15}.
   */
  private void context(Attention a, int h, byte[] codes, byte[] value, byte[] context) {
    int tokens = shape.tokens();
    int dim = shape.dim();
    int headDim = shape.headDim();
    int[][] values = Accumulator.widen(value, h * headDim, dim, tokens, headDim);
    for (int r = 0; r < tokens; r++) {
      int[] acc = new int[headDim];
      for (int j = 0; j < tokens; j++) {
        int code = codes[(h * tokens + r) * tokens + j];
        Accumulator.add(ContextMath.factor(code), values[j], acc);
      }
      for (int c = 0; c < headDim; c++) {
        int y = ContextMath.output(acc[c], a.contextShift()[h]);
        context[r * dim + h * headDim + c] = (byte) y;
      }
    }
  }

  private byte[] activate(Mlp mlp, Layer fc1, byte[] x) {
    Activation activation = mlp.activation();
    int[] shifts = fc1.shifts(o -> activation.exponent());
    byte[] y = new byte[shape.tokens() * fc1.out];
    for (int r = 0; r < shape.tokens(); r++) {
      int[] acc = fc1.accumulate(x, r);
      for (int o = 0; o < fc1.out; o++) {
        int p = ActivationMath.preActivation(acc[o], shifts[o]);
        int v = ActivationMath.activate(p, activation.indexShift(), activation.table());
        int shift = mlp.hiddenExponent()[o] - activation.exponent();
        y[r * fc1.out + o] = (byte) ActivationMath.output(v, shift);
      }
    }
    return y;
  }

  private static int[] shifts(Residual from, Residual to) {
    int[] shifts = new int[to.ptf().length];
    for (int c = 0; c < shifts.length; c++) {
      shifts[c] = to.exponent(c) - from.exponent(c);
    }
    return shifts;
  }

  /**
   * In place: {@code x} moves by {@code xShift} and gets the layer's output at scale {@code to}.
   *
   * @param in of the layer
   */
  private void addBranch(short[] x, int[] xShift, Layer layer, byte[] in, Residual to) {
    int[] shifts = layer.shifts(to::exponent);
    for (int r = 0; r < shape.tokens(); r++) {
      int[] acc = layer.accumulate(in, r);
      for (int o = 0; o < layer.out; o++) {
        int i = r * layer.out + o;
        x[i] = (short) ResidualMath.add(x[i], xShift[o], acc[o], shifts[o], bits);
      }
    }
  }
}
