package org.p2vit.quantize;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.p2vit.golden.LinearLayer;
import org.p2vit.golden.MatrixProducts;
import org.p2vit.golden.ScaleGrid;
import org.p2vit.model.Attention;
import org.p2vit.model.Block;
import org.p2vit.model.Linear;
import org.p2vit.model.Mlp;
import org.p2vit.model.Norm;
import org.p2vit.model.Preprocessing;
import org.p2vit.model.QuantizedModel;
import org.p2vit.model.Residual;
import org.p2vit.model.VitShape;
import org.p2vit.numerics.Rounding;
import org.p2vit.onnx.FloatBlock;
import org.p2vit.onnx.FloatVit;

/**
 * Turns a float Vision Transformer into an integer one (docs/numerics.md), layer by layer from the
 * image on, by the methods of docs/quantization.md. A layer's weights are chosen for the codes that
 * the integer layers before it really compute, and for the outputs of the float model.
 */
public final class Quantizer {
  private static final int ROWS = 2048;

  private final FloatVit vit;
  private final Calibration calibration;
  private final QuantizeOptions options;
  private final ScaleGrid grid;
  private final MatrixProducts products;
  private final Exponents exponents;
  private final TokenRows tokens;
  private final Map<String, TensorReference> references = new LinkedHashMap<>();

  private Quantizer(Calibration calibration, QuantizeOptions options) {
    this.vit = calibration.vit();
    this.calibration = calibration;
    this.options = options;
    grid = options.grid();
    products = MatrixProducts.fastest(vit.shape());
    exponents = new Exponents(grid, options.uses(Method.ADAPTIVE_ROUNDING));
    tokens = new TokenRows(calibration.images(), vit.shape().tokens());
  }

  /** The same calibration and options give the same model, bit for bit. */
  public static Quantization quantize(
      Calibration calibration, QuantizeOptions options, Progress progress) {
    return new Quantizer(calibration, options).run(progress);
  }

  private Quantization run(Progress progress) {
    VitShape shape = vit.shape();
    options.requireLayersOf(vit);
    FloatStream floats = new FloatStream(calibration);
    LayerTools tools = new LayerTools(vit, options, tokens, references);

    Residual embed = tools.residual("embed", vit.embedTap(), floats.residual(), null);
    int inputExponent = inputExponent();
    float[][] input = inputCodes(inputExponent);
    Linear patchEmbedding = patchEmbedding(tools, input, inputExponent, embed, floats);
    short[] position = position(patchEmbedding, embed);
    IntegerStream integers =
        new IntegerStream(
            products,
            tokens,
            grid,
            options.residualBits(),
            embedded(input, patchEmbedding, position, embed),
            embed);

    List<Block> blocks = new ArrayList<>();
    for (int i = 0; i < shape.depth(); i++) {
      blocks.add(block(i, tools, floats, integers));
      progress.at("quantize", i + 1, shape.depth());
    }
    float[][] classTokens = tokens.classTokens(floats.norm(vit.norm()));
    LayerTools.NormOutput output =
        tools.norm(
            "norm",
            vit.norm(),
            vit.normTap(),
            classTokens,
            List.of(new LayerTools.Reader("head", vit.head())),
            integers.scale());
    Norm norm = output.norm();
    LayerInput headInput =
        new LayerInput(
            output.scale(), tokens.classTokens(integers.norm(norm)), ones(tokens.images()));
    float[][] logits = logits(classTokens);
    int logitsExponent = logitsExponent(logits);
    Linear head =
        tools.linear(
            "head",
            new LinearQuantizer.Task(vit.head(), logits, new float[shape.classes()]),
            headInput,
            filled(shape.classes(), grid.octaves(logitsExponent)));
    tools.reference(
        "logits",
        vit.logitsTap(),
        new InputScale(filled(shape.classes(), logitsExponent), new float[shape.classes()]));
    QuantizedModel model =
        new QuantizedModel(
            vit.name(),
            shape,
            options.residualBits(),
            new Preprocessing(calibration.mean(), calibration.std(), inputExponent),
            patchEmbedding,
            position,
            embed,
            List.copyOf(blocks),
            norm,
            head,
            logitsExponent);
    return new Quantization(model, references);
  }

  // --- Before the blocks

  /** Counts octaves, on any grid: pixels have a fixed range. */
  private int inputExponent() {
    List<float[]> rows = new ArrayList<>();
    for (int i = 0; i < calibration.images(); i++) {
      rows.addAll(Arrays.asList(calibration.patches(i)));
    }
    Samples samples = new Samples(rows.toArray(float[][]::new)).thinned(ROWS);
    int e = new Exponents(ScaleGrid.POWERS_OF_TWO, true).leastSquares(samples, 8);
    return e == Exponents.NOTHING ? 0 : e;
  }

  private float[][] inputCodes(int exponent) {
    float up = Math.scalb(1f, -exponent);
    float[][] codes = new float[tokens.rows()][vit.shape().patchDim()];
    Parallel.each(
        tokens.images(),
        i -> {
          float[][] patches = calibration.patches(i);
          for (int p = 0; p < patches.length; p++) {
            float[] row = codes[i * tokens.tokens() + p + 1];
            for (int k = 0; k < row.length; k++) {
              row[k] = Exponents.round(patches[p][k] * up, -128, 127);
            }
          }
        });
    return codes;
  }

  private Linear patchEmbedding(
      LayerTools tools, float[][] codes, int inputExponent, Residual embed, FloatStream floats) {
    VitShape shape = vit.shape();
    int dim = shape.dim();
    float[] weights = ones(tokens.rows());
    float[][] wanted = new float[tokens.rows()][dim];
    for (int r = 0; r < wanted.length; r++) {
      int token = r % tokens.tokens();
      if (token == 0) {
        weights[r] = 0;
        continue;
      }
      for (int c = 0; c < dim; c++) {
        wanted[r][c] = floats.residual()[r][c] - vit.position()[token * dim + c];
      }
    }
    InputScale scale =
        new InputScale(
            filled(shape.patchDim(), grid.octaves(inputExponent)), new float[shape.patchDim()]);
    return tools.linear(
        "patch_embedding",
        new LinearQuantizer.Task(vit.patchEmbedding(), wanted, new float[dim]),
        new LayerInput(scale, codes, weights),
        embed.exponents());
  }

  /** Codes of the position embedding; row 0 makes up for the patch embedding of a row of zeros. */
  private short[] position(Linear patchEmbedding, Residual embed) {
    int dim = vit.shape().dim();
    int bits = options.residualBits();
    short[] position = new short[vit.position().length];
    for (int i = 0; i < position.length; i++) {
      int c = i % dim;
      double up = grid.scale(-embed.exponent(c));
      long code = Rounding.quantize(vit.position()[i] * up, 0, bits);
      if (i < dim) {
        double n = grid.scale(patchEmbedding.accExponent()[c] - embed.exponent(c));
        code -= Rounding.quantize(patchEmbedding.bias()[c] * n, 0, bits);
      }
      position[i] = (short) Rounding.saturate(code, bits);
    }
    return position;
  }

  private float[][] embedded(
      float[][] input, Linear patchEmbedding, short[] position, Residual embed) {
    int dim = vit.shape().dim();
    int bits = options.residualBits();
    LinearLayer layer = new LinearLayer(products, patchEmbedding, embed::exponent, bits, grid);
    float[][] codes = tokens.map(input, dim, layer::apply);
    for (int r = 0; r < codes.length; r++) {
      int at = r % tokens.tokens() * dim;
      for (int c = 0; c < dim; c++) {
        codes[r][c] = Rounding.saturate((long) codes[r][c] + position[at + c], bits);
      }
    }
    return codes;
  }

  // --- The blocks

  /** Quantizes block {@code i} and moves both streams behind it. */
  private Block block(int i, LayerTools tools, FloatStream floats, IntegerStream integers) {
    String name = "blocks." + i;
    boolean last = i == vit.shape().depth() - 1;
    FloatBlock block = vit.blocks().get(i);
    FloatBlock.Taps taps = block.taps();

    float[][] entering = floats.residual();
    FloatStream.AttentionTensors first = floats.attention(name, block);
    LayerTools.NormOutput norm1 =
        tools.norm(
            name + ".norm1",
            block.norm1(),
            taps.norm1(),
            first.norm(),
            List.of(
                new LayerTools.Reader(name + ".query", block.query()),
                new LayerTools.Reader(name + ".key", block.key()),
                new LayerTools.Reader(name + ".value", block.value())),
            integers.scale());
    Residual residual1 =
        tools.residual(name + ".residual1", taps.residual1(), first.residual(), integers.scale());
    Attention attention =
        new AttentionQuantizer(tools)
            .quantize(name, block, entering, first, norm1, residual1, integers, last);

    FloatStream.MlpTensors second = floats.mlp(name, block);
    LayerTools.NormOutput norm2 =
        tools.norm(
            name + ".norm2",
            block.norm2(),
            taps.norm2(),
            second.norm(),
            List.of(new LayerTools.Reader(name + ".fc1", block.fc1())),
            integers.scale());
    Residual residual2 =
        tools.residual(name + ".residual2", taps.residual2(), second.residual(), integers.scale());
    Mlp mlp =
        new MlpQuantizer(tools)
            .quantize(name, block, first.residual(), second, norm2, residual2, integers);
    return new Block(norm1.norm(), attention, residual1, norm2.norm(), mlp, residual2);
  }

  // --- After the blocks

  private float[][] logits(float[][] classTokens) {
    return new TokenRows(tokens.images(), 1).linear(vit.head(), classTokens);
  }

  /** Counts octaves, on any grid: logits have 16 bits. */
  private int logitsExponent(float[][] logits) {
    int e =
        new Exponents(ScaleGrid.POWERS_OF_TWO, true)
            .unclipped(2 * new Samples(logits).maxMagnitude(), 16);
    return e == Exponents.NOTHING ? 0 : e;
  }

  private static float[] ones(int size) {
    float[] array = new float[size];
    Arrays.fill(array, 1);
    return array;
  }

  private static int[] filled(int size, int value) {
    int[] array = new int[size];
    Arrays.fill(array, value);
    return array;
  }
}
