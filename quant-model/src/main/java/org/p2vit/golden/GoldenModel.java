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

/**
 * The reference: computes a model in integers exactly as docs/numerics.md says. The integers are
 * held in floats, within the range in which floats are exact (see {@link MatrixProducts}), because
 * that is what processors compute fastest. Any number of threads may use one.
 */
public final class GoldenModel {
  private final QuantizedModel model;
  private final VitShape shape;
  private final int bits;
  private final LinearLayer patchEmbedding;
  private final List<BlockLayers> blocks = new ArrayList<>();
  private final LayerNorm norm;
  private final LinearLayer head;

  /** Memory of images that are through, for others: as much as there have been threads. */
  private final Queue<Inference> idle = new ConcurrentLinkedQueue<>();

  /** A block, ready to compute. */
  private record BlockLayers(
      LayerNorm norm1,
      AttentionLayer attention,
      LinearLayer projection,
      ResidualAddition addition1,
      LayerNorm norm2,
      LinearLayer fc1,
      HiddenActivation activation,
      LinearLayer fc2,
      ResidualAddition addition2) {

    /**
     * @param before scale of the residual stream that enters
     * @param bits of the residual stream
     */
    static BlockLayers of(
        MatrixProducts products, Block b, Residual before, int bits, ScaleGrid grid) {
      Attention a = b.attention();
      Mlp mlp = b.mlp();
      return new BlockLayers(
          new LayerNorm(b.norm1(), before),
          new AttentionLayer(products, a, grid),
          new LinearLayer(products, a.projection(), b.residual1()::exponent, bits, grid),
          new ResidualAddition(before, b.residual1(), bits, grid),
          new LayerNorm(b.norm2(), b.residual1()),
          LinearLayer.fc1(products, mlp, grid),
          new HiddenActivation(mlp, grid),
          new LinearLayer(products, mlp.fc2(), b.residual2()::exponent, bits, grid),
          new ResidualAddition(b.residual1(), b.residual2(), bits, grid));
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
    this(checked(model), products, ScaleGrid.POWERS_OF_TWO);
  }

  /**
   * A model whose exponents count the steps of a grid, which only the quantizer makes: those of the
   * image's, the activation's and the logits' codes count octaves, and there is no Power-of-Two
   * Factor. Not checked.
   */
  public GoldenModel(QuantizedModel model, ScaleGrid grid) {
    this(model, MatrixProducts.fastest(model.shape()), grid);
  }

  private GoldenModel(QuantizedModel model, MatrixProducts products, ScaleGrid grid) {
    this.model = model;
    shape = model.shape();
    bits = model.residualBits();
    patchEmbedding =
        new LinearLayer(products, model.patchEmbedding(), model.embed()::exponent, bits, grid);
    Residual scale = model.embed();
    for (Block block : model.blocks()) {
      blocks.add(BlockLayers.of(products, block, scale, bits, grid));
      scale = block.residual2();
    }
    norm = new LayerNorm(model.norm(), scale);
    int logitsExponent = grid.octaves(model.logitsExponent());
    head = new LinearLayer(products, model.head(), o -> logitsExponent, 16, grid);
  }

  private static QuantizedModel checked(QuantizedModel model) {
    ModelValidator.check(model);
    return model;
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
      new ResidualAddition(model.embed(), model.embed(), bits, ScaleGrid.POWERS_OF_TWO)
          .apply(x, branch);
      taps.put("embed", x);
    }

    private void attention(BlockLayers block, String prefix) {
      block.norm1.apply(x, normalized);
      taps.put(prefix + "norm1", normalized);
      AttentionLayer layer = block.attention;
      layer.query(normalized, query);
      taps.put(prefix + "query", query);
      layer.key(normalized, key);
      taps.put(prefix + "key", key);
      layer.value(normalized, value);
      taps.put(prefix + "value", value);
      layer.scores(query, key, attention);
      taps.putTransposed(prefix + "scores", attention);
      layer.softmax(attention);
      taps.putTransposed(prefix + "attention", attention);
      layer.context(attention, value, context);
      taps.put(prefix + "context", context);
      block.projection.apply(context, branch);
      block.addition1.apply(x, branch);
      taps.put(prefix + "residual1", x);
    }

    private void mlp(BlockLayers block, String prefix) {
      block.norm2.apply(x, normalized);
      taps.put(prefix + "norm2", normalized);
      block.fc1.apply(normalized, hidden);
      block.activation.apply(hidden);
      taps.put(prefix + "hidden", hidden);
      block.fc2.apply(hidden, branch);
      block.addition2.apply(x, branch);
      taps.put(prefix + "residual2", x);
    }
  }
}
