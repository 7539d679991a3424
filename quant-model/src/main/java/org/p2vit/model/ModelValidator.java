package org.p2vit.model;

import java.lang.reflect.Array;
import org.p2vit.numerics.ActivationMath;
import org.p2vit.numerics.LayerNormMath;

/**
 * Checks every range and width that docs/numerics.md requires of a model, so that golden model,
 * compiler and hardware need not.
 */
public final class ModelValidator {
  public static final int MIN_RESIDUAL_BITS = 8;
  public static final int MAX_RESIDUAL_BITS = 16;
  public static final int MAX_DIM = 1024;

  /** So that softmax's sum fits a signed 32-bit integer. */
  public static final int MAX_TOKENS = 32767;

  public static final int MAX_PTF = 7;
  public static final int MIN_SHIFT = -8;
  public static final int MAX_SHIFT = 31;
  public static final int MAX_RESIDUAL_SHIFT = 7;
  public static final int MAX_ACTIVATION_SHIFT = 15;
  public static final int MIN_ACTIVATION_EXPONENT = -10;
  public static final int MIN_SCORE_EXPONENT = -8;
  public static final int MAX_SCORE_EXPONENT = 3;
  public static final int MAX_NORM_SHIFT = 31;

  /** Bits of {@code W}. */
  public static final int MAX_VARIANCE_BITS = 62;

  /** Any exponent's magnitude; what a float can hold. */
  public static final int MAX_EXPONENT = 126;

  private static final int MAX_SIDE = 1 << 14;
  private static final int MAX_LAYERS = 1 << 10;
  private static final int MAX_WIDTH = 1 << 16;

  private final QuantizedModel model;
  private final VitShape shape;

  private ModelValidator(QuantizedModel model) {
    this.model = model;
    shape = model.shape();
  }

  /**
   * @throws InputException naming layer, field, what was found and what is accepted
   */
  public static void check(QuantizedModel model) {
    new ModelValidator(model).check();
  }

  /** The dimensions alone. */
  public static void check(VitShape shape) {
    range("shape", "imageChannels", shape.imageChannels(), 1, MAX_LAYERS);
    range("shape", "imageHeight", shape.imageHeight(), 1, MAX_SIDE);
    range("shape", "imageWidth", shape.imageWidth(), 1, MAX_SIDE);
    range("shape", "patchSize", shape.patchSize(), 1, MAX_SIDE);
    range("shape", "dim", shape.dim(), 1, MAX_DIM);
    range("shape", "depth", shape.depth(), 1, MAX_LAYERS);
    range("shape", "heads", shape.heads(), 1, MAX_DIM);
    range("shape", "mlpDim", shape.mlpDim(), 1, MAX_WIDTH);
    range("shape", "classes", shape.classes(), 1, MAX_WIDTH);
    multiple("imageHeight", shape.imageHeight(), "patchSize", shape.patchSize());
    multiple("imageWidth", shape.imageWidth(), "patchSize", shape.patchSize());
    multiple("dim", shape.dim(), "heads", shape.heads());
    range("shape", "tokens", shape.tokens(), 1, MAX_TOKENS);
    long patchDim = (long) shape.imageChannels() * shape.patchSize() * shape.patchSize();
    range("shape", "imageChannels*patchSize*patchSize", patchDim, 1, MAX_WIDTH);
  }

  private void check() {
    check(shape);
    range("model", "residualBits", model.residualBits(), MIN_RESIDUAL_BITS, MAX_RESIDUAL_BITS);
    checkPreprocessing(model.preprocessing());
    int dim = shape.dim();

    linear("patchEmbedding", model.patchEmbedding(), shape.patchDim(), dim);
    residual("embed", model.embed());
    outputShifts("patchEmbedding", model.patchEmbedding(), model.embed());
    length("model", "position", model.position(), shape.tokens() * dim);
    int limit = 1 << (model.residualBits() - 1);
    ranges("model", "position", model.position(), -limit, limit - 1);

    range("model", "number of blocks", model.blocks().size(), shape.depth(), shape.depth());
    Residual scale = model.embed();
    for (int i = 0; i < model.blocks().size(); i++) {
      Block block = model.blocks().get(i);
      String at = "blocks." + i + ".";
      norm(at + "norm1", block.norm1(), scale);
      attention(at + "attention.", block.attention());
      residual(at + "residual1", block.residual1());
      Linear projection = block.attention().projection();
      addition(at + "attention.projection", projection, scale, block.residual1());
      norm(at + "norm2", block.norm2(), block.residual1());
      mlp(at + "mlp.", block.mlp());
      residual(at + "residual2", block.residual2());
      addition(at + "mlp.fc2", block.mlp().fc2(), block.residual1(), block.residual2());
      scale = block.residual2();
    }
    norm("norm", model.norm(), scale);
    linear("head", model.head(), dim, shape.classes());
    exponent("logits", model.logitsExponent());
    for (int o = 0; o < shape.classes(); o++) {
      shift("head", o, model.logitsExponent(), model.head().accExponent()[o]);
    }
  }

  private void checkPreprocessing(Preprocessing p) {
    String at = "preprocessing";
    length(at, "mean", p.mean(), shape.imageChannels());
    length(at, "std", p.std(), shape.imageChannels());
    exponent(at, p.exponent());
    for (int c = 0; c < p.mean().length; c++) {
      if (!Double.isFinite(p.mean()[c])) {
        throw error(at, "mean[" + c + "]", p.mean()[c], "a finite number");
      }
      if (!Double.isFinite(p.std()[c]) || p.std()[c] <= 0) {
        throw error(at, "std[" + c + "]", p.std()[c], "a positive number");
      }
    }
  }

  private void attention(String at, Attention a) {
    int dim = shape.dim();
    projection(at + "query", a.query(), a.queryExponent());
    projection(at + "key", a.key(), a.keyExponent());
    projection(at + "value", a.value(), a.valueExponent());
    length(at + "scores", "exponent", a.scoreExponent(), shape.heads());
    length(at + "context", "shift", a.contextShift(), shape.heads());
    for (int h = 0; h < shape.heads(); h++) {
      String score = at + "scores";
      int e = a.scoreExponent()[h];
      range(score, "exponent[" + h + "]", e, MIN_SCORE_EXPONENT, MAX_SCORE_EXPONENT);
      range(at + "context", "shift[" + h + "]", a.contextShift()[h], 0, MAX_SHIFT);
      int first = h * shape.headDim();
      int sum = a.queryExponent()[first] + a.keyExponent()[first];
      for (int c = first; c < first + shape.headDim(); c++) {
        int found = a.queryExponent()[c] + a.keyExponent()[c];
        String field = "query exponent + key exponent of channel " + c + " (head " + h + ")";
        range(score, field, found, sum, sum);
      }
      shift(score, h, e, sum);
    }
    linear(at + "projection", a.projection(), dim, dim);
  }

  private void projection(String at, Linear linear, int[] exponent) {
    linear(at, linear, shape.dim(), shape.dim());
    exponents(at, "exponent", exponent, shape.dim());
    for (int o = 0; o < exponent.length; o++) {
      shift(at, o, exponent[o], linear.accExponent()[o]);
    }
  }

  private void mlp(String at, Mlp mlp) {
    linear(at + "fc1", mlp.fc1(), shape.dim(), shape.mlpDim());
    Activation activation = mlp.activation();
    int e = activation.exponent();
    range(at + "activation", "exponent", e, MIN_ACTIVATION_EXPONENT, MAX_EXPONENT);
    range(at + "activation", "indexShift", activation.indexShift(), 0, 15);
    length(at + "activation", "table", activation.table(), ActivationMath.TABLE_SIZE);
    ranges(at + "activation", "table", activation.table(), 0, 255);
    exponents(at + "fc1", "exponent", mlp.hiddenExponent(), shape.mlpDim());
    for (int o = 0; o < shape.mlpDim(); o++) {
      shift(at + "activation", o, e, mlp.fc1().accExponent()[o]);
      int output = mlp.hiddenExponent()[o] - e;
      String field = "output shift (exponent - activation exponent) of channel " + o;
      range(at + "fc1", field, output, 0, MAX_ACTIVATION_SHIFT);
    }
    linear(at + "fc2", mlp.fc2(), shape.mlpDim(), shape.dim());
  }

  private void norm(String at, Norm norm, Residual input) {
    int dim = shape.dim();
    length(at, "gain", norm.gain(), dim);
    length(at, "offset", norm.offset(), dim);
    length(at, "shift", norm.shift(), dim);
    exponent(at, norm.exponent());
    ranges(at, "gain", norm.gain(), -2048, 2047);
    ranges(at, "shift", norm.shift(), 0, MAX_NORM_SHIFT);
    int ptf = 0;
    for (byte p : input.ptf()) {
      ptf = Math.max(ptf, p);
    }
    int log2 = LayerNormMath.log2Channels(dim);
    int bits = 2 * (model.residualBits() - 1 + ptf) + 2 * log2 + 1;
    String field = "bits of W for " + model.residualBits() + " bits, ptf " + ptf + ", dim " + dim;
    range(at, field, bits, 1, MAX_VARIANCE_BITS);
    long room = (1L << MAX_VARIANCE_BITS) - (1L << (bits - 1)) - 1;
    range(at, "epsilon", norm.epsilon(), 0, room);
  }

  private void residual(String at, Residual r) {
    exponent(at, r.exponent());
    length(at, "ptf", r.ptf(), shape.dim());
    ranges(at, "ptf", r.ptf(), 0, MAX_PTF);
  }

  private void addition(String at, Linear linear, Residual from, Residual to) {
    outputShifts(at, linear, to);
    for (int o = 0; o < linear.out(); o++) {
      int m = to.exponent(o) - from.exponent(o);
      String field = "residual shift (exponent after - exponent before) of channel " + o;
      range(at, field, m, MIN_SHIFT, MAX_RESIDUAL_SHIFT);
    }
  }

  private void outputShifts(String at, Linear linear, Residual to) {
    for (int o = 0; o < linear.out(); o++) {
      shift(at, o, to.exponent(o), linear.accExponent()[o]);
    }
  }

  private void linear(String at, Linear l, int in, int out) {
    range(at, "in", l.in(), in, in);
    range(at, "out", l.out(), out, out);
    if (l.weightBits() != 8 && l.weightBits() != 4) {
      throw error(at, "weightBits", l.weightBits(), "4 or 8");
    }
    length(at, "weight", l.weights(), in * out);
    length(at, "bias", l.bias(), out);
    exponents(at, "accExponent", l.accExponent(), out);
    int limit = 1 << (l.weightBits() - 1);
    for (int o = 0; o < out; o++) {
      long magnitude = 0;
      for (int k = 0; k < in; k++) {
        int w = l.weights()[o * in + k];
        if (w < -limit || w >= limit) {
          String accepted = -limit + " to " + (limit - 1) + " (" + l.weightBits() + "-bit)";
          throw error(at, "weight[" + o + "][" + k + "]", w, accepted);
        }
        magnitude += Math.abs(w);
      }
      long worst = 128 * magnitude + Math.abs((long) l.bias()[o]);
      if (worst > Integer.MAX_VALUE) {
        String field = "128 * sum |weight| + |bias| of channel " + o;
        throw error(at, field, worst, "less than 2^31, so that the accumulator cannot overflow");
      }
    }
  }

  private static void exponents(String at, String field, int[] exponents, int count) {
    length(at, field, exponents, count);
    for (int i = 0; i < count; i++) {
      range(at, field + "[" + i + "]", exponents[i], -MAX_EXPONENT, MAX_EXPONENT);
    }
  }

  private static void exponent(String at, int exponent) {
    range(at, "exponent", exponent, -MAX_EXPONENT, MAX_EXPONENT);
  }

  private static void shift(String at, int channel, int exponent, int accExponent) {
    int found = exponent - accExponent;
    if (found < MIN_SHIFT || found > MAX_SHIFT) {
      String field = "shift (exponent %d - accExponent %d) of channel %d";
      field = field.formatted(exponent, accExponent, channel);
      range(at, field, found, MIN_SHIFT, MAX_SHIFT);
    }
  }

  /** {@code array} is of any primitive integer type. */
  private static void ranges(String at, String field, Object array, long min, long max) {
    for (int i = 0; i < Array.getLength(array); i++) {
      long value = Array.getLong(array, i);
      if (value < min || value > max) {
        range(at, field + "[" + i + "]", value, min, max);
      }
    }
  }

  private static void length(String at, String field, Object array, int accepted) {
    if (array == null) {
      throw error(at, field, "nothing", accepted + " values");
    }
    int found = Array.getLength(array);
    if (found != accepted) {
      throw error(at, field, found + " values", accepted);
    }
  }

  private static void multiple(String field, int value, String of, int divisor) {
    if (value % divisor != 0) {
      throw error("shape", field, value, "a multiple of " + of + ", " + divisor);
    }
  }

  private static void range(String at, String field, long found, long min, long max) {
    if (found < min || found > max) {
      throw error(at, field, found, min == max ? min : min + " to " + max);
    }
  }

  private static InputException error(String at, String field, Object found, Object accepted) {
    return new InputException(at + ": " + field + " is " + found + ", accepted: " + accepted);
  }
}
