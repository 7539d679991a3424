package org.p2vit.golden;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
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
 * held in floats, within the range in which floats are exact (see {@link MatrixProduct}), because
 * that is what processors compute fastest. Immutable, so any number of threads may use one.
 */
public final class GoldenModel {
  private final QuantizedModel model;
  private final VitShape shape;
  private final int bits;
  private final LinearLayer patchEmbedding;
  private final List<BlockLayers> blocks = new ArrayList<>();
  private final LayerNorm norm;
  private final LinearLayer head;

  /**
   * A block, ready to compute.
   *
   * @param queryKeyValue three layers in one, which have the same input
   */
  private record BlockLayers(
      LayerNorm norm1,
      LinearLayer queryKeyValue,
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
    static BlockLayers of(Block b, Residual before, int bits, ScaleGrid grid) {
      Attention a = b.attention();
      Mlp mlp = b.mlp();
      return new BlockLayers(
          new LayerNorm(b.norm1(), before),
          LinearLayer.queryKeyValue(a, grid),
          new AttentionLayer(a, grid),
          new LinearLayer(a.projection(), b.residual1()::exponent, bits, grid),
          new ResidualAddition(before, b.residual1(), bits, grid),
          new LayerNorm(b.norm2(), b.residual1()),
          LinearLayer.fc1(mlp, grid),
          new HiddenActivation(mlp, grid),
          new LinearLayer(mlp.fc2(), b.residual2()::exponent, bits, grid),
          new ResidualAddition(b.residual1(), b.residual2(), bits, grid));
    }
  }

  /**
   * @throws InputException if the model breaks a rule of docs/numerics.md; see {@link
   *     ModelValidator}
   */
  public GoldenModel(QuantizedModel model) {
    this(checked(model), ScaleGrid.POWERS_OF_TWO);
  }

  /**
   * A model whose exponents count the steps of a grid, which only the quantizer makes: those of the
   * image's, the activation's and the logits' codes count octaves, and there is no Power-of-Two
   * Factor. Not checked.
   */
  public GoldenModel(QuantizedModel model, ScaleGrid grid) {
    this.model = model;
    shape = model.shape();
    bits = model.residualBits();
    patchEmbedding = new LinearLayer(model.patchEmbedding(), model.embed()::exponent, bits, grid);
    Residual scale = model.embed();
    for (Block block : model.blocks()) {
      blocks.add(BlockLayers.of(block, scale, bits, grid));
      scale = block.residual2();
    }
    norm = new LayerNorm(model.norm(), scale);
    int logitsExponent = grid.octaves(model.logitsExponent());
    head = new LinearLayer(model.head(), o -> logitsExponent, 16, grid);
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
    return new Inference(new Taps(sink, given)).logits(inputCodes);
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

  /** One image: the tensors at work, allocated once for all blocks, T rows unless said. */
  private final class Inference {
    private final int tokens = shape.tokens();
    private final int dim = shape.dim();
    private final Taps taps;

    /** The residual stream. */
    private final float[][] x = new float[tokens][dim];

    /** What a layer adds to the residual stream. */
    private final float[][] branch = new float[tokens][dim];

    private final float[][] normalized = new float[tokens][dim];

    /** Query, key and value side by side: 3C columns. */
    private final float[][] queryKeyValue = new float[tokens][3 * dim];

    /** Heads x keys x queries; first scores, then attention codes, then factors. */
    private final float[][][] attention = new float[shape.heads()][tokens][tokens];

    private final float[][] context = new float[tokens][dim];
    private final float[][] hidden = new float[tokens][shape.mlpDim()];

    Inference(Taps taps) {
      this.taps = taps;
    }

    int[] logits(byte[] inputCodes) {
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
      float[][] input = new float[tokens][shape.patchDim()];
      for (int i = 0; i < inputCodes.length; i++) {
        input[i / shape.patchDim()][i % shape.patchDim()] = inputCodes[i];
      }
      taps.put("input", input);
      for (int i = 0; i < tokens * dim; i++) {
        x[i / dim][i % dim] = model.position()[i];
      }
      patchEmbedding.apply(input, branch);
      new ResidualAddition(model.embed(), model.embed(), bits, ScaleGrid.POWERS_OF_TWO)
          .apply(x, branch);
      taps.put("embed", x);
    }

    private void attention(BlockLayers block, String prefix) {
      block.norm1.apply(x, normalized);
      taps.put(prefix + "norm1", normalized);
      block.queryKeyValue.apply(normalized, queryKeyValue);
      taps.put(prefix + "query", queryKeyValue, 0, dim);
      taps.put(prefix + "key", queryKeyValue, dim, dim);
      taps.put(prefix + "value", queryKeyValue, 2 * dim, dim);
      block.attention.scores(queryKeyValue, attention);
      taps.putTransposed(prefix + "scores", attention);
      block.attention.softmax(attention);
      taps.putTransposed(prefix + "attention", attention);
      block.attention.context(queryKeyValue, attention, context);
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
