package org.p2vit.onnx.qdq;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.p2vit.model.Activation;
import org.p2vit.model.Activations;
import org.p2vit.model.Attention;
import org.p2vit.model.Block;
import org.p2vit.model.InputException;
import org.p2vit.model.Linear;
import org.p2vit.model.Mlp;
import org.p2vit.model.ModelValidator;
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
import org.p2vit.onnx.IntegerNorm;
import org.p2vit.onnx.QuantizedVit;
import org.p2vit.onnx.Tap;
import org.p2vit.onnx.TensorCodes;
import org.p2vit.quantize.NormQuantizer;

/** Makes an integer model of a graph with quantizers, layer by layer from the image on. */
final class ModelAssembly {
  private final QuantizedVit source;
  private final FloatVit vit;
  private final VitShape shape;
  private final TensorScales scales;
  private final ResidualScales residuals;
  private final List<String> notes;

  /**
   * @param notes get what the integer model does in another way than the graph
   */
  ModelAssembly(
      QuantizedVit source, TensorScales scales, ResidualScales residuals, List<String> notes) {
    this.source = source;
    this.vit = source.vit();
    this.shape = vit.shape();
    this.scales = scales;
    this.residuals = residuals;
    this.notes = notes;
  }

  QuantizedModel model(Preprocessing preprocessing) {
    int[] input = filled(shape.patchDim(), preprocessing.exponent());
    Residual embed = residuals.embed();
    Linear patchEmbedding = linear(vit.patchEmbedding(), input);
    noteBranch("patch embedding", vit.patchEmbedding(), embed);
    List<Block> blocks = new ArrayList<>();
    Residual stream = embed;
    for (int i = 0; i < shape.depth(); i++) {
      Block block = block("blocks." + i + ".", i, stream);
      stream = block.residual2();
      blocks.add(block);
    }
    int[] classToken = scales.channels("norm", vit.normTap());
    Norm norm = norm("norm", vit.norm(), classToken, stream);
    Linear head = linear(vit.head(), classToken);
    QuantizedModel model =
        new QuantizedModel(
            source.metadata().getOrDefault(QdqExporter.NAME, vit.name()),
            shape,
            residuals.bits(),
            preprocessing,
            patchEmbedding,
            position(patchEmbedding, embed),
            embed,
            List.copyOf(blocks),
            norm,
            head,
            logitsExponent(head));
    try {
      ModelValidator.check(model);
    } catch (InputException e) {
      throw new InputException(source.file() + ": " + e.getMessage(), e);
    }
    return model;
  }

  private Block block(String at, int i, Residual before) {
    FloatBlock b = vit.blocks().get(i);
    FloatBlock.Taps taps = b.taps();
    Residual residual1 = residuals.residual1(i);
    Residual residual2 = residuals.residual2(i);
    int[] norm1Exponent = scales.channels(at + "norm1", taps.norm1());
    int[] norm2Exponent = scales.channels(at + "norm2", taps.norm2());
    Norm norm1 = norm(at + "norm1", b.norm1(), norm1Exponent, before);
    Attention attention = attention(at, b, norm1Exponent);
    noteBranch(at + "attention.projection", b.projection(), residual1);
    Norm norm2 = norm(at + "norm2", b.norm2(), norm2Exponent, residual1);
    Mlp mlp = mlp(at, b, norm2Exponent);
    noteBranch(at + "mlp.fc2", b.fc2(), residual2);
    return new Block(norm1, attention, residual1, norm2, mlp, residual2);
  }

  private Attention attention(String at, FloatBlock b, int[] input) {
    FloatBlock.Taps taps = b.taps();
    int[] query = scales.channels(at + "query", taps.query());
    int[] key = scales.channels(at + "key", taps.key());
    int[] value = scales.channels(at + "value", taps.value());
    int[] context = scales.channels(at + "context", taps.context());
    int[] scores = scales.heads(at + "scores", taps.scores(), shape.heads());
    int[] contextShift = new int[shape.heads()];
    for (int c = 0; c < shape.dim(); c++) {
      int h = c / shape.headDim();
      int shift = context[c] - value[c] + 15;
      if (c % shape.headDim() == 0) {
        contextShift[h] = shift;
      } else if (shift != contextShift[h]) {
        throw scales
            .codes(taps.context())
            .nodeError(
                "scales of '%scontext' over those of '%svalue' are 2^%d in channel %d and 2^%d in channel %d; one ratio a head is expected"
                    .formatted(at, at, contextShift[h] - 15, h * shape.headDim(), shift - 15, c));
      }
    }
    TensorCodes attention = scales.codes(taps.attention());
    if (attention.type() != null) {
      notes.add(
          "%s: attention probabilities are log2 codes instead (docs/numerics.md section 5)"
              .formatted(attention.quantizer()));
    }
    return new Attention(
        linear(b.query(), input),
        linear(b.key(), input),
        linear(b.value(), input),
        query,
        key,
        value,
        scores,
        contextShift,
        linear(b.projection(), context));
  }

  private Mlp mlp(String at, FloatBlock b, int[] input) {
    FloatBlock.Taps taps = b.taps();
    int[] hidden = scales.channels(at + "hidden", taps.hidden());
    Activation activation = source.activations().get(taps.hidden());
    if (activation == null) {
      activation = Activations.gelu(preActivation(at, taps.preActivation(), hidden));
    }
    return new Mlp(linear(b.fc1(), input), activation, hidden, linear(b.fc2(), hidden));
  }

  /**
   * The exponent of a 16-bit pre-activation: it holds what the graph's quantizer does, or all that
   * the hidden codes do not saturate.
   */
  private int preActivation(String at, Tap tap, int[] hidden) {
    TensorCodes codes = scales.codes(tap);
    int[] exponents =
        codes.quantized() ? TensorScales.channels(at + "preActivation", codes) : hidden;
    int bits = codes.quantized() ? codes.type().bits() : 8;
    int largest = Arrays.stream(exponents).max().orElseThrow();
    int exponent = Math.max(Activations.GELU_EXPONENT, largest + bits - 16);
    if (codes.quantized() && (bits != 16 || exponent != largest)) {
      notes.add(
          "%s: the integer model has 16 bits at 2^%d before the activation instead"
              .formatted(codes.quantizer(), exponent));
    }
    return exponent;
  }

  private Norm norm(String name, FloatNorm norm, int[] exponent, Residual input) {
    IntegerNorm known = source.norms().get(norm);
    if (known != null) {
      return known.norm();
    }
    return NormQuantizer.quantize(source.file() + ": " + name, norm, exponent, input);
  }

  private Linear linear(FloatLinear layer, int[] inputExponent) {
    return LinearAssembly.linear(layer, source.linears().get(layer), inputExponent);
  }

  /**
   * What is added to the residual stream is rounded to the stream's scale, whatever the graph does.
   */
  private void noteBranch(String name, FloatLinear layer, Residual stream) {
    TensorCodes codes = source.linears().get(layer).output();
    if (!codes.quantized()) {
      return;
    }
    TensorScales.requireUsable(codes);
    int[] exponents = TensorScales.channels(name, codes);
    for (int c = 0; c < exponents.length; c++) {
      if (exponents[c] != stream.exponent(c)) {
        notes.add(
            "%s: the output of the %s is rounded to the residual stream's scale instead (2^%d in channel %d, not 2^%d)"
                .formatted(codes.quantizer(), name, stream.exponent(c), c, exponents[c]));
        return;
      }
    }
  }

  /** Codes of the position embedding; row 0 makes up for the patch embedding of a row of zeros. */
  private short[] position(Linear patchEmbedding, Residual embed) {
    int dim = shape.dim();
    int bits = residuals.bits();
    short[] position = new short[vit.position().length];
    for (int i = 0; i < position.length; i++) {
      int c = i % dim;
      long code = (long) Math.rint(Math.scalb((double) vit.position()[i], -embed.exponent(c)));
      if (i < dim) {
        int n = embed.exponent(c) - patchEmbedding.accExponent()[c];
        if (n >= ModelValidator.MIN_SHIFT && n <= ModelValidator.MAX_SHIFT) {
          code -= Rounding.requantize(patchEmbedding.bias()[c], n, bits);
        }
      }
      position[i] = (short) Rounding.saturate(code, bits);
    }
    return position;
  }

  /** That of the graph's quantizer, or the finest that no logit exceeds. */
  private int logitsExponent(Linear head) {
    TensorCodes codes = source.tensors().get(vit.logitsTap());
    if (codes.quantized()) {
      int[] exponents = TensorScales.channels("logits", codes);
      for (int e : exponents) {
        if (e != exponents[0]) {
          throw codes.quantizerError("logits have several scales; one is expected");
        }
      }
      if (codes.type().bits() > 16 || !codes.type().signed()) {
        throw codes.quantizerError(
            "makes %s codes of the logits; int16 is expected".formatted(codes.type()));
      }
      if (codes.type().bits() < 16) {
        notes.add(codes.quantizer() + ": logits have 16 bits at this scale; they do not saturate");
      }
      return exponents[0];
    }
    int exponent = Integer.MIN_VALUE;
    for (int o = 0; o < head.out(); o++) {
      long sum = Math.abs((long) head.bias()[o]) + 1;
      for (int k = 0; k < head.in(); k++) {
        sum += 128L * Math.abs(head.weights()[o * head.in() + k]);
      }
      int bits = 64 - Long.numberOfLeadingZeros(sum);
      exponent = Math.max(exponent, head.accExponent()[o] + Math.max(0, bits - 15));
    }
    return exponent;
  }

  private static int[] filled(int size, int value) {
    int[] array = new int[size];
    Arrays.fill(array, value);
    return array;
  }
}
