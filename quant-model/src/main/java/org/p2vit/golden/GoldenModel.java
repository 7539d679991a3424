package org.p2vit.golden;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
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
  private record Layer(int in, int out, int[] weights, int[] bias, int[] accExponent) {
    static Layer of(Linear l) {
      int[] weights = Accumulator.transpose(l.weights(), 0, l.in(), l.out(), l.in());
      return new Layer(l.in(), l.out(), weights, l.bias(), l.accExponent());
    }

    /** Accumulators, bias included, of the first {@code rows} rows of {@code x}. */
    int[] accumulate(byte[] x, int rows) {
      int[] acc = new int[rows * out];
      Accumulator.multiply(x, 0, in, rows, in, weights, out, bias, acc);
      return acc;
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
    int[] acc = head.accumulate(normalized, 1);
    int[] logits = new int[head.out];
    for (int o = 0; o < logits.length; o++) {
      logits[o] = Rounding.requantize(acc[o], model.logitsExponent() - head.accExponent[o], 16);
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
    addBranch(x, noShift, patchEmbedding, patchEmbedding.accumulate(input, shape.tokens()), to);
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

    int[] acc = layers.projection.accumulate(context, tokens);
    addBranch(x, shifts(scale, block.residual1()), layers.projection, acc, block.residual1());
    taps.put(prefix + "residual1", x, tokens, dim);
  }

  private void mlp(Block block, BlockLayers layers, short[] x, Taps taps, String prefix) {
    int tokens = shape.tokens();
    byte[] in = norm(x, block.residual1(), block.norm2(), tokens);
    taps.put(prefix + "norm2", in, tokens, shape.dim());
    byte[] hidden = activate(block.mlp(), layers.fc1.accumulate(in, tokens));
    taps.put(prefix + "hidden", hidden, tokens, shape.mlpDim());
    int[] acc = layers.fc2.accumulate(hidden, tokens);
    int[] shifts = shifts(block.residual1(), block.residual2());
    addBranch(x, shifts, layers.fc2, acc, block.residual2());
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
    int[] acc = layer.accumulate(x, shape.tokens());
    byte[] y = new byte[acc.length];
    for (int o = 0; o < layer.out; o++) {
      int n = exponent[o] - layer.accExponent[o];
      for (int i = o; i < acc.length; i += layer.out) {
        y[i] = (byte) Rounding.requantize(acc[i], n, 8);
      }
    }
    return y;
  }

  private void scores(Attention a, int h, byte[] query, byte[] key, byte[] scores) {
    int tokens = shape.tokens();
    int dim = shape.dim();
    int headDim = shape.headDim();
    int from = h * headDim;
    int[] keys = Accumulator.transpose(key, from, dim, tokens, headDim);
    int[] acc = new int[tokens * tokens];
    Accumulator.multiply(query, from, dim, tokens, headDim, keys, tokens, null, acc);
    int n = a.scoreExponent()[h] - a.queryExponent()[from] - a.keyExponent()[from];
    for (int i = 0; i < acc.length; i++) {
      scores[h * acc.length + i] = (byte) Rounding.requantize(acc[i], n, 8);
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
    int[] values = new int[tokens * headDim];
    for (int j = 0; j < tokens; j++) {
      for (int c = 0; c < headDim; c++) {
        values[j * headDim + c] = value[j * dim + h * headDim + c];
      }
    }
    int[] acc = new int[headDim];
    for (int r = 0; r < tokens; r++) {
      Arrays.fill(acc, 0);
      for (int j = 0; j < tokens; j++) {
        int code = codes[(h * tokens + r) * tokens + j];
        Accumulator.add(ContextMath.factor(code), values, j * headDim, headDim, acc, 0);
      }
      for (int c = 0; c < headDim; c++) {
        int y = ContextMath.output(acc[c], a.contextShift()[h]);
        context[r * dim + h * headDim + c] = (byte) y;
      }
    }
  }

  private byte[] activate(Mlp mlp, int[] acc) {
    Activation activation = mlp.activation();
    int out = mlp.fc1().out();
    byte[] y = new byte[acc.length];
    for (int o = 0; o < out; o++) {
      int n = activation.exponent() - mlp.fc1().accExponent()[o];
      int shift = mlp.hiddenExponent()[o] - activation.exponent();
      for (int i = o; i < acc.length; i += out) {
        int p = ActivationMath.preActivation(acc[i], n);
        int v = ActivationMath.activate(p, activation.indexShift(), activation.table());
        y[i] = (byte) ActivationMath.output(v, shift);
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
   */
  private void addBranch(short[] x, int[] xShift, Layer layer, int[] acc, Residual to) {
    for (int o = 0; o < layer.out; o++) {
      int n = to.exponent(o) - layer.accExponent[o];
      for (int i = o; i < acc.length; i += layer.out) {
        x[i] = (short) ResidualMath.add(x[i], xShift[o], acc[i], n, bits);
      }
    }
  }
}
