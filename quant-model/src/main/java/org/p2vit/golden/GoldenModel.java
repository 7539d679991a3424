package org.p2vit.golden;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.p2vit.model.Attention;
import org.p2vit.model.Block;
import org.p2vit.model.InputException;
import org.p2vit.model.Mlp;
import org.p2vit.model.ModelValidator;
import org.p2vit.model.QuantizedModel;
import org.p2vit.model.Residual;
import org.p2vit.model.VitShape;
import org.p2vit.numerics.ContextMath;
import org.p2vit.numerics.Tables;

/**
 * The reference: computes a model in integers exactly as docs/numerics.md says. The integers are
 * held in floats, within the range in which floats are exact (see {@link MatrixProducts}), because
 * that is what processors compute fastest. Any number of threads may use one.
 */
public final class GoldenModel {
  /** What attention codes multiply values by. */
  private static final float[] FACTORS = new float[2 * Tables.CODE_ZERO];

  private static final int FACTOR_MASK = FACTORS.length - 1;

  static {
    for (int code = 0; code <= Tables.CODE_ZERO; code++) {
      FACTORS[code] = ContextMath.factor(code);
    }
  }

  private final QuantizedModel model;
  private final MatrixProducts products;
  private final VitShape shape;
  private final int bits;
  private final LinearLayer patchEmbedding;
  private final List<BlockLayers> blocks = new ArrayList<>();
  private final LayerNorm norm;
  private final LinearLayer head;

  /** Memory of images that are through, for others: as much as there have been threads. */
  private final Queue<Inference> idle = new ConcurrentLinkedQueue<>();

  /**
   * A block, ready to compute.
   *
   * @param scoreScale what each head's scores are multiplied by
   * @param contextScale what each channel's context is multiplied by
   * @param residual1Scale what the residual stream is multiplied by when attention's output is
   *     added
   * @param residual2Scale likewise for the MLP's
   */
  private record BlockLayers(
      LayerNorm norm1,
      LinearLayer query,
      LinearLayer key,
      LinearLayer value,
      float[] scoreScale,
      Softmax[] softmax,
      float[] contextScale,
      LinearLayer projection,
      float[] residual1Scale,
      LayerNorm norm2,
      LinearLayer fc1,
      HiddenActivation activation,
      LinearLayer fc2,
      float[] residual2Scale) {

    /**
     * @param before scale of the residual stream that enters
     * @param bits of the residual stream
     */
    static BlockLayers of(MatrixProducts products, Block b, Residual before, int bits) {
      Attention a = b.attention();
      Mlp mlp = b.mlp();
      int dim = a.queryExponent().length;
      int heads = a.scoreExponent().length;
      int[] scoreShifts = new int[heads];
      Softmax[] softmax = new Softmax[heads];
      for (int h = 0; h < heads; h++) {
        int c = h * (dim / heads);
        int e = a.scoreExponent()[h];
        scoreShifts[h] = e - a.queryExponent()[c] - a.keyExponent()[c];
        softmax[h] = new Softmax(e);
      }
      int[] contextShifts = new int[dim];
      Arrays.setAll(contextShifts, c -> a.contextShift()[c / (dim / heads)]);
      return new BlockLayers(
          new LayerNorm(b.norm1(), before),
          new LinearLayer(products, a.query(), o -> a.queryExponent()[o], 8),
          new LinearLayer(products, a.key(), o -> a.keyExponent()[o], 8),
          new LinearLayer(products, a.value(), o -> a.valueExponent()[o], 8),
          Rows.scales(scoreShifts),
          softmax,
          Rows.scales(contextShifts),
          new LinearLayer(products, a.projection(), b.residual1()::exponent, bits),
          Rows.scales(shifts(before, b.residual1())),
          new LayerNorm(b.norm2(), b.residual1()),
          new LinearLayer(products, mlp.fc1(), o -> mlp.activation().exponent(), 16),
          new HiddenActivation(mlp),
          new LinearLayer(products, mlp.fc2(), b.residual2()::exponent, bits),
          Rows.scales(shifts(b.residual1(), b.residual2())));
    }

    private static int[] shifts(Residual from, Residual to) {
      int[] shifts = new int[to.ptf().length];
      Arrays.setAll(shifts, c -> to.exponent(c) - from.exponent(c));
      return shifts;
    }
  }

  /**
   * @throws InputException if the model breaks a rule of docs/numerics.md; see {@link
   *     ModelValidator}
   */
  public GoldenModel(QuantizedModel model) {
    this(model, MatrixProducts.fastest(model.shape()));
  }

  GoldenModel(QuantizedModel model, MatrixProducts products) {
    ModelValidator.check(model);
    this.model = model;
    this.products = products;
    shape = model.shape();
    bits = model.residualBits();
    patchEmbedding =
        new LinearLayer(products, model.patchEmbedding(), model.embed()::exponent, bits);
    Residual scale = model.embed();
    for (Block block : model.blocks()) {
      blocks.add(BlockLayers.of(products, block, scale, bits));
      scale = block.residual2();
    }
    norm = new LayerNorm(model.norm(), scale);
    head = new LinearLayer(products, model.head(), o -> model.logitsExponent(), 16);
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
    return logits(inputCodes, sink, Map.of());
  }

  /**
   * The same, but every tensor is computed from those given, where one is, so that a difference in
   * one layer is not passed on to the next.
   *
   * @param given codes by tensor name, row-major, within the tensors' ranges; the sink still gets
   *     what the model computes
   */
  public int[] logits(byte[] inputCodes, TensorSink sink, Map<String, int[]> given) {
    checkInput(inputCodes);
    Inference free = idle.poll();
    Inference inference = free == null ? new Inference() : free;
    int[] logits = inference.logits(inputCodes, new Taps(sink, given));
    idle.add(inference);
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

  /** The tensors at work on an image, T rows unless said; one image at a time. */
  private final class Inference {
    private final int tokens = shape.tokens();
    private final int dim = shape.dim();
    private final int headDim = shape.headDim();
    private Taps taps;

    private final float[][] input = new float[tokens][shape.patchDim()];

    /** The residual stream. */
    private final float[][] x = new float[tokens][dim];

    /** What a layer adds to the residual stream. */
    private final float[][] branch = new float[tokens][dim];

    private final float[][] normalized = new float[tokens][dim];

    private final float[][] query = new float[tokens][dim];
    private final float[][] key = new float[tokens][dim];
    private final float[][] value = new float[tokens][dim];

    /** Heads x keys x queries; first scores, then attention codes, then factors. */
    private final float[][][] attention = new float[shape.heads()][tokens][tokens];

    private final float[][] context = new float[tokens][dim];
    private final float[][] hidden = new float[tokens][shape.mlpDim()];

    int[] logits(byte[] inputCodes, Taps taps) {
      this.taps = taps;
      embed(inputCodes);
      for (int i = 0; i < blocks.size(); i++) {
        attention(blocks.get(i), "blocks." + i + ".");
        mlp(blocks.get(i), "blocks." + i + ".");
      }
      float[][] classToken = new float[1][dim];
      norm.apply(x, classToken);
      taps.put("norm", classToken);
      float[][] output = new float[1][shape.classes()];
      head.apply(classToken, output);
      int[] logits = new int[shape.classes()];
      Arrays.setAll(logits, o -> (int) output[0][o]);
      taps.put("logits", logits);
      return logits;
    }

    private void embed(byte[] inputCodes) {
      int patchDim = shape.patchDim();
      for (int t = 0; t < tokens; t++) {
        for (int k = 0; k < patchDim; k++) {
          input[t][k] = inputCodes[t * patchDim + k];
        }
        for (int c = 0; c < dim; c++) {
          x[t][c] = model.position()[t * dim + c];
        }
      }
      taps.put("input", input);
      patchEmbedding.apply(input, branch);
      addBranch(Rows.scales(new int[dim]));
      taps.put("embed", x);
    }

    private void attention(BlockLayers block, String prefix) {
      block.norm1.apply(x, normalized);
      taps.put(prefix + "norm1", normalized);
      block.query.apply(normalized, query);
      taps.put(prefix + "query", query);
      block.key.apply(normalized, key);
      taps.put(prefix + "key", key);
      block.value.apply(normalized, value);
      taps.put(prefix + "value", value);
      scores(block.scoreScale);
      taps.putTransposed(prefix + "scores", attention);
      for (int h = 0; h < shape.heads(); h++) {
        block.softmax[h].apply(attention[h]);
      }
      taps.putTransposed(prefix + "attention", attention);
      context(block.contextScale);
      taps.put(prefix + "context", context);
      block.projection.apply(context, branch);
      addBranch(block.residual1Scale);
      taps.put(prefix + "residual1", x);
    }

    private void mlp(BlockLayers block, String prefix) {
      block.norm2.apply(x, normalized);
      taps.put(prefix + "norm2", normalized);
      block.fc1.apply(normalized, hidden);
      block.activation.apply(hidden);
      taps.put(prefix + "hidden", hidden);
      block.fc2.apply(hidden, branch);
      addBranch(block.residual2Scale);
      taps.put(prefix + "residual2", x);
    }

    /** Floats are exact: a sum has at most 1,024 terms of at most {@code 128 * 128}. */
    private void scores(float[] scale) {
      products.scores(query, key, attention);
      for (int h = 0; h < shape.heads(); h++) {
        for (float[] row : attention[h]) {
          Rows.requantize(row, scale[h], 8);
        }
      }
    }

    /**
     * Floats are exact: softmax's codes of a row sum to little more than 1, in no case to 4 (the
     * rounding of codes contributes at most sqrt(2), the truncation of powers in the sum at most 2,
     * tables two percent each), so that a sum stays below {@code 128 * 4 * 2^15}.
     */
    private void context(float[] scale) {
      for (float[][] head : attention) {
        for (float[] row : head) {
          for (int t = 0; t < tokens; t++) {
            row[t] = FACTORS[Rows.index(row[t] + Rows.TO_INDEX, FACTOR_MASK)];
          }
        }
      }
      products.context(attention, value, context);
      for (float[] row : context) {
        Rows.requantize(row, scale, 8);
      }
    }

    /** {@link #branch} into the residual stream. */
    private void addBranch(float[] scale) {
      for (int t = 0; t < tokens; t++) {
        Rows.addBranch(x[t], scale, branch[t], bits);
      }
    }
  }
}
