package org.p2vit.quantize;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.p2vit.model.Activation;
import org.p2vit.model.Attention;
import org.p2vit.model.Block;
import org.p2vit.model.InputException;
import org.p2vit.model.Linear;
import org.p2vit.model.Mlp;
import org.p2vit.model.Norm;
import org.p2vit.model.Preprocessing;
import org.p2vit.model.QuantizedModel;
import org.p2vit.model.Residual;
import org.p2vit.model.VitShape;
import org.p2vit.numerics.Rounding;
import org.p2vit.onnx.FloatBlock;
import org.p2vit.onnx.FloatLinear;
import org.p2vit.onnx.FloatNorm;
import org.p2vit.onnx.FloatVit;
import org.p2vit.onnx.Tap;

/**
 * Turns a float Vision Transformer into an integer one (docs/numerics.md), layer by layer from the
 * image on. Every scale is a power of two chosen by least squares on calibration samples.
 *
 * <p>What is exact in float arithmetic and spares codes: keys and values are coded less their mean
 * (softmax ignores what a query adds to all its scores, and its rows sum to one), LayerNorm outputs
 * likewise (the next bias makes up for it), and LayerNorm outputs, values and MLP hidden channels
 * have a power of two each, which the next layer's weights undo.
 */
public final class Quantizer {
  private static final int NO_LIMIT = 1000;
  private static final int PRE_ACTIVATION_SHIFT_MAX = 15;

  private final FloatVit vit;
  private final Calibration calibration;
  private final QuantizeOptions options;
  private final Map<String, TensorReference> references = new LinkedHashMap<>();

  private Quantizer(Calibration calibration, QuantizeOptions options) {
    this.vit = calibration.vit();
    this.calibration = calibration;
    this.options = options;
  }

  /** The same calibration and options give the same model, bit for bit. */
  public static Quantization quantize(
      Calibration calibration, QuantizeOptions options, Progress progress) {
    return new Quantizer(calibration, options).run(progress);
  }

  private Quantization run(Progress progress) {
    VitShape shape = vit.shape();
    checkLayerNames(shape);
    int inputExponent = Exponents.leastSquares(calibration.patches(), 8);
    inputExponent = inputExponent == Exponents.NOTHING ? 0 : inputExponent;
    Residual embed = residual("embed", vit.embedTap(), null);
    LayerInput input =
        LayerInput.of(
            calibration.patches(),
            new float[shape.patchDim()],
            filled(shape.patchDim(), inputExponent));
    Linear patchEmbedding = linear("patch_embedding", vit.patchEmbedding(), input, channels(embed));
    short[] position = position(patchEmbedding, embed);
    List<Block> blocks = new ArrayList<>();
    Residual stream = embed;
    for (int i = 0; i < shape.depth(); i++) {
      Block block = block("blocks." + i, vit.blocks().get(i), stream);
      stream = block.residual2();
      blocks.add(block);
      progress.at("quantize", i + 1, shape.depth());
    }
    LayerInput classToken =
        normOutput(
            calibration.classTokens(), List.of(vit.head()), new int[] {options.bits("head")});
    Norm norm = norm("norm", vit.norm(), vit.normTap(), classToken, stream);
    int logitsExponent = Exponents.unclipped(2 * calibration.logits().maxMagnitude(), 16);
    logitsExponent = logitsExponent == Exponents.NOTHING ? 0 : logitsExponent;
    int[] logitsExponents = filled(shape.classes(), logitsExponent);
    Linear head = linear("head", vit.head(), classToken, logitsExponents);
    reference("logits", vit.logitsTap(), logitsExponents, new float[shape.classes()]);
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

  private void checkLayerNames(VitShape shape) {
    for (String layer : options.layerWeightBits().keySet()) {
      boolean known = layer.equals("patch_embedding") || layer.equals("head");
      for (int i = 0; i < shape.depth(); i++) {
        known |= layer.matches("blocks\\." + i + "\\.(query|key|value|projection|fc1|fc2)");
      }
      if (!known) {
        throw new InputException(
            "weight bits name a layer '"
                + layer
                + "' that "
                + vit.name()
                + " does not have; it has patch_embedding, head and, for i from 0 to "
                + (shape.depth() - 1)
                + ", blocks.i.query, .key, .value, .projection, .fc1, .fc2");
      }
    }
  }

  private Block block(String name, FloatBlock block, Residual stream) {
    FloatBlock.Taps taps = block.taps();
    Residual residual1 = residual(name + ".residual1", taps.residual1(), stream);
    LayerInput attentionInput =
        normOutput(
            calibration.of(taps.norm1()),
            List.of(block.query(), block.key(), block.value()),
            new int[] {
              options.bits(name + ".query"),
              options.bits(name + ".key"),
              options.bits(name + ".value")
            });
    Norm norm1 = norm(name + ".norm1", block.norm1(), taps.norm1(), attentionInput, stream);
    Attention attention = attention(name, block, attentionInput, residual1);
    Residual residual2 = residual(name + ".residual2", taps.residual2(), residual1);
    LayerInput mlpInput =
        normOutput(
            calibration.of(taps.norm2()),
            List.of(block.fc1()),
            new int[] {options.bits(name + ".fc1")});
    Norm norm2 = norm(name + ".norm2", block.norm2(), taps.norm2(), mlpInput, residual1);
    Mlp mlp = mlp(name, block, mlpInput, residual2);
    return new Block(norm1, attention, residual1, norm2, mlp, residual2);
  }

  // --- Parts

  private Residual residual(String name, Tap tap, Residual before) {
    Residual residual =
        ResidualQuantizer.choose(
            calibration.of(tap), calibration.magnitude(tap), options.residualBits(), before);
    reference(name, tap, channels(residual), new float[vit.shape().dim()]);
    return residual;
  }

  /** A LayerNorm's output, centered, with exponents that suit it and the layers that read it. */
  private LayerInput normOutput(Samples output, List<FloatLinear> readers, int[] bits) {
    float[] mean = output.mean();
    Samples centered = output.minus(mean);
    int[] own = Exponents.perChannel(centered, 8);
    return LinearQuantizer.balance(centered, mean, own, readers, bits, -NO_LIMIT, NO_LIMIT);
  }

  private Norm norm(String name, FloatNorm norm, Tap tap, LayerInput output, Residual input) {
    reference(name, tap, output.exponent(), output.offset());
    int base = Integer.MIN_VALUE;
    for (int e : output.exponent()) {
      base = Math.max(base, e);
    }
    return NormQuantizer.quantize(name, norm, output.offset(), output.exponent(), base, input);
  }

  private Attention attention(String name, FloatBlock block, LayerInput input, Residual residual1) {
    int heads = vit.shape().heads();
    int headDim = vit.shape().headDim();
    int dim = vit.shape().dim();
    FloatBlock.Taps taps = block.taps();
    Samples querySamples = calibration.of(taps.query());
    float[] keyMean = calibration.of(taps.key()).mean();
    Samples keySamples = calibration.of(taps.key()).minus(keyMean);
    AttentionScales.QueryKey qk = AttentionScales.queryKey(querySamples, keySamples, heads);
    Linear query = linear(name + ".query", block.query(), input, qk.query());
    Linear key = linear(name + ".key", shifted(block.key(), keyMean), input, qk.key());
    reference(name + ".query", taps.query(), qk.query(), new float[dim]);
    reference(name + ".key", taps.key(), qk.key(), keyMean);

    int[] scoreExponent = new int[heads];
    float[] gain = new float[dim];
    float[] inverseGain = new float[dim];
    for (int h = 0; h < heads; h++) {
      Samples scores = scores(taps, querySamples, keyMean, h).thinned(256);
      scoreExponent[h] =
          AttentionScales.score(scores, qk.query()[h * headDim] + qk.key()[h * headDim]);
      float g = (float) AttentionScales.gain(scores, scoreExponent[h]);
      for (int c = h * headDim; c < (h + 1) * headDim; c++) {
        gain[c] = g;
        inverseGain[c] = 1 / g;
      }
    }
    references.put(
        name + ".scores",
        new TensorReference(
            taps.scores(), TensorReference.Kind.SCORES, scoreExponent, new float[0]));
    references.put(
        name + ".attention",
        new TensorReference(
            taps.attention(), TensorReference.Kind.ATTENTION, new int[0], new float[0]));

    float[] valueMean = calibration.of(taps.value()).mean();
    int[] valueExponent = Exponents.perChannel(calibration.of(taps.value()).minus(valueMean), 8);
    Linear value = linear(name + ".value", shifted(block.value(), valueMean), input, valueExponent);
    reference(name + ".value", taps.value(), valueExponent, valueMean);

    Samples context = calibration.of(taps.context()).minus(valueMean).times(inverseGain);
    FloatLinear projection = columnsTimes(block.projection(), gain);
    double[] importance = columnPower(projection);
    int[] contextShift = new int[heads];
    int[] contextExponent = new int[dim];
    for (int h = 0; h < heads; h++) {
      int from = h * headDim;
      contextShift[h] =
          AttentionScales.contextShift(context, valueExponent, importance, from, from + headDim);
      for (int c = from; c < from + headDim; c++) {
        contextExponent[c] = valueExponent[c] - 15 + contextShift[h];
      }
    }
    float[] contextOffset = new float[dim];
    for (int c = 0; c < dim; c++) {
      contextOffset[c] = valueMean[c] * inverseGain[c];
    }
    reference(name + ".context", taps.context(), contextExponent, valueMean);
    LayerInput contextInput = LayerInput.of(context, contextOffset, contextExponent);
    return new Attention(
        query,
        key,
        value,
        qk.query(),
        qk.key(),
        valueExponent,
        scoreExponent,
        contextShift,
        linear(name + ".projection", projection, contextInput, channels(residual1)));
  }

  /** A head's scores, less what the keys' mean adds to each row. */
  private Samples scores(FloatBlock.Taps taps, Samples query, float[] keyMean, int head) {
    Samples all = calibration.of(taps.scores());
    int heads = vit.shape().heads();
    int headDim = vit.shape().headDim();
    int width = all.width();
    float[] values = new float[query.rows() * width];
    for (int r = 0; r < query.rows(); r++) {
      float constant = 0;
      for (int c = head * headDim; c < (head + 1) * headDim; c++) {
        constant += query.at(r, c) * keyMean[c];
      }
      for (int j = 0; j < width; j++) {
        values[r * width + j] = all.at(r * heads + head, j) - constant;
      }
    }
    return new Samples(query.rows(), width, values);
  }

  private Mlp mlp(String name, FloatBlock block, LayerInput input, Residual residual2) {
    FloatBlock.Taps taps = block.taps();
    Activation activation = Gelu.activation(calibration.magnitude(taps.hidden()));
    int lowest = activation.exponent();
    Linear fc1 = linear(name + ".fc1", block.fc1(), input, filled(block.fc1().out(), lowest));
    Samples hidden = calibration.of(taps.hidden());
    float[] none = new float[hidden.width()];
    LayerInput hiddenInput =
        LinearQuantizer.balance(
            hidden,
            none,
            Exponents.perChannel(hidden, 8),
            List.of(block.fc2()),
            new int[] {options.bits(name + ".fc2")},
            lowest,
            lowest + PRE_ACTIVATION_SHIFT_MAX);
    reference(name + ".hidden", taps.hidden(), hiddenInput.exponent(), none);
    Linear fc2 = linear(name + ".fc2", block.fc2(), hiddenInput, channels(residual2));
    return new Mlp(fc1, activation, hiddenInput.exponent(), fc2);
  }

  private Linear linear(String name, FloatLinear layer, LayerInput input, int[] outputExponent) {
    return LinearQuantizer.quantize(name, layer, input, options.bits(name), outputExponent);
  }

  /** Codes of the position embedding; row 0 makes up for the patch embedding of a row of zeros. */
  private short[] position(Linear patchEmbedding, Residual embed) {
    int dim = vit.shape().dim();
    int bits = options.residualBits();
    short[] position = new short[vit.position().length];
    for (int i = 0; i < position.length; i++) {
      int c = i % dim;
      long code = Rounding.quantize(vit.position()[i], embed.exponent(c), bits);
      if (i < dim) {
        int n = embed.exponent(c) - patchEmbedding.accExponent()[c];
        code -= Rounding.requantize(patchEmbedding.bias()[c], n, bits);
      }
      position[i] = (short) Rounding.saturate(code, bits);
    }
    return position;
  }

  // --- Small things

  private void reference(String name, Tap tap, int[] exponent, float[] offset) {
    references.put(name, new TensorReference(tap, TensorReference.Kind.LINEAR, exponent, offset));
  }

  private int[] channels(Residual residual) {
    int[] exponent = new int[residual.ptf().length];
    for (int c = 0; c < exponent.length; c++) {
      exponent[c] = residual.exponent(c);
    }
    return exponent;
  }

  private static int[] filled(int size, int value) {
    int[] array = new int[size];
    java.util.Arrays.fill(array, value);
    return array;
  }

  /** The layer that computes the output less {@code offset}. */
  private static FloatLinear shifted(FloatLinear layer, float[] offset) {
    float[] bias = layer.bias().clone();
    for (int o = 0; o < bias.length; o++) {
      bias[o] -= offset[o];
    }
    return new FloatLinear(layer.in(), layer.out(), layer.weights(), bias);
  }

  private static FloatLinear columnsTimes(FloatLinear layer, float[] factor) {
    float[] weights = layer.weights().clone();
    for (int i = 0; i < weights.length; i++) {
      weights[i] *= factor[i % layer.in()];
    }
    return new FloatLinear(layer.in(), layer.out(), weights, layer.bias());
  }

  private static double[] columnPower(FloatLinear layer) {
    double[] power = new double[layer.in()];
    for (int i = 0; i < layer.weights().length; i++) {
      power[i % layer.in()] += (double) layer.weights()[i] * layer.weights()[i];
    }
    return power;
  }
}
