package org.p2vit.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.p2vit.numerics.LayerNormMath;

/**
 * Random models that are valid and lively: exponents are chosen from the expected magnitudes, so
 * that codes neither all vanish nor all saturate. For tests of whatever takes a model; they
 * recognize nothing.
 */
public final class RandomModels {
  /** Root mean square that int8 codes are scaled to: some saturate, few vanish. */
  private static final double CODE_RMS = 36;

  private static final double INPUT_RMS = 74;
  private static final double EPSILON = 1e-6;

  /** Which bit-width each linear layer has. */
  public enum WeightBits {
    W8,
    W4,
    /** Each layer 8 or 4 at random. */
    MIXED
  }

  private final Random random;
  private final VitShape shape;
  private final WeightBits weightBits;
  private final int residualBits;
  private final int maxPtf;

  /** Residual stream while the model is built: log2 of each channel's real root mean square. */
  private double[] magnitude;

  private Residual scale;

  private RandomModels(
      long seed, VitShape shape, WeightBits weightBits, int residualBits, int maxPtf) {
    random = new Random(seed);
    this.shape = shape;
    this.weightBits = weightBits;
    this.residualBits = residualBits;
    int log2 = LayerNormMath.log2Channels(shape.dim());
    int room = ModelValidator.MAX_VARIANCE_BITS - 1 - 2 * log2 - 2 * (residualBits - 1);
    this.maxPtf = Math.max(0, Math.min(maxPtf, room / 2));
  }

  /** A model with a 16-bit residual stream and all the Power-of-Two Factors that it may have. */
  public static QuantizedModel model(long seed, VitShape shape, WeightBits weightBits) {
    return model(seed, shape, weightBits, 16, ModelValidator.MAX_PTF);
  }

  /**
   * @param maxPtf largest Power-of-Two Factor wanted, 0 to 7; fewer if LayerNorm's sums would not
   *     fit
   */
  public static QuantizedModel model(
      long seed, VitShape shape, WeightBits weightBits, int residualBits, int maxPtf) {
    ModelValidator.check(shape);
    var model = new RandomModels(seed, shape, weightBits, residualBits, maxPtf).build(seed);
    ModelValidator.check(model);
    return model;
  }

  /** Input codes of an image, T x patch length: any value in a patch, zeros in row 0. */
  public static byte[] input(long seed, VitShape shape) {
    byte[] codes = new byte[shape.tokens() * shape.patchDim()];
    new Random(seed).nextBytes(codes);
    Arrays.fill(codes, 0, shape.patchDim(), (byte) 0);
    return codes;
  }

  private QuantizedModel build(long seed) {
    int dim = shape.dim();
    magnitude = new double[dim];
    Arrays.setAll(magnitude, c -> uniform(-2, 2));
    scale = scaleFor(magnitude);
    double[] branch = new double[dim];
    Arrays.setAll(branch, c -> codeMagnitude(c) - 0.5);
    Linear patchEmbedding = linear(shape.patchDim(), residualExponents(), INPUT_RMS, branch);
    short[] position = new short[shape.tokens() * dim];
    int limit = 1 << (residualBits - 1);
    for (int i = 0; i < position.length; i++) {
      double v = random.nextGaussian() * Math.pow(2, codeMagnitude(i % dim) - 0.5);
      position[i] = (short) Math.max(-limit, Math.min(limit - 1, Math.rint(v)));
    }
    Residual embed = scale;
    List<Block> blocks = new ArrayList<>();
    for (int i = 0; i < shape.depth(); i++) {
      blocks.add(block());
    }
    Norm norm = norm();
    int logitsExponent = -10 + random.nextInt(5);
    int[] exponents = new int[shape.classes()];
    Arrays.fill(exponents, logitsExponent);
    Linear head = linear(dim, exponents, CODE_RMS, constant(shape.classes(), 12));
    return new QuantizedModel(
        "random " + seed,
        shape,
        residualBits,
        preprocessing(),
        patchEmbedding,
        position,
        embed,
        blocks,
        norm,
        head,
        logitsExponent);
  }

  private Preprocessing preprocessing() {
    double[] mean = new double[shape.imageChannels()];
    double[] std = new double[shape.imageChannels()];
    Arrays.setAll(mean, c -> 0.5);
    Arrays.setAll(std, c -> 0.25);
    return new Preprocessing(mean, std, -6);
  }

  private Block block() {
    Norm norm1 = norm();
    int[] query = exponents(shape.dim(), -7, -3);
    int[] key = new int[shape.dim()];
    int[] value = exponents(shape.dim(), -8, -3);
    int[] scoreExponent = new int[shape.heads()];
    int[] contextShift = new int[shape.heads()];
    for (int h = 0; h < shape.heads(); h++) {
      head(h, query, key, scoreExponent, contextShift);
    }
    Linear queryLayer = int8Layer(shape.dim(), query);
    Linear keyLayer = int8Layer(shape.dim(), key);
    Linear valueLayer = int8Layer(shape.dim(), value);
    // What attention adds is much alike for all tokens: more of it, and all tokens become one.
    Linear projection = addBranch(shape.dim(), CODE_RMS, -4.5, -1.5);
    Attention attention =
        new Attention(
            queryLayer,
            keyLayer,
            valueLayer,
            query,
            key,
            value,
            scoreExponent,
            contextShift,
            projection);
    Residual residual1 = scale;
    Norm norm2 = norm();
    Mlp mlp = mlp();
    return new Block(norm1, attention, residual1, norm2, mlp, scale);
  }

  /** Scores of some units, so that attention is neither flat nor one-hot. */
  private void head(int h, int[] query, int[] key, int[] scoreExponent, int[] contextShift) {
    double scoreRms = uniform(20, 36);
    double accLog2 = log2(Math.sqrt(shape.headDim()) * CODE_RMS * CODE_RMS);
    int n = limit(accLog2 - log2(scoreRms), ModelValidator.MIN_SHIFT, ModelValidator.MAX_SHIFT);
    int e = random.nextInt(8) == 0 ? -8 + random.nextInt(12) : -4 + random.nextInt(2);
    scoreExponent[h] = e;
    for (int c = h * shape.headDim(); c < (h + 1) * shape.headDim(); c++) {
      key[c] = e - n - query[c];
    }
    // Softmax of normal scores averages over about T / exp(variance) tokens.
    double variance = Math.pow(Math.scalb(scoreRms, e), 2);
    double averaged = Math.max(1, shape.tokens() / Math.exp(Math.min(variance, 20)));
    double accumulated = log2(Math.scalb(CODE_RMS, 15) / Math.sqrt(averaged));
    contextShift[h] = limit(accumulated - log2(CODE_RMS), 0, ModelValidator.MAX_SHIFT);
  }

  private Mlp mlp() {
    Activation activation =
        switch (random.nextInt(4)) {
          case 0 -> Activations.silu();
          case 1 -> Activations.relu();
          default -> Activations.gelu();
        };
    int e = activation.exponent();
    double preActivation = uniform(9.5, 11);
    int[] preExponents = new int[shape.mlpDim()];
    Arrays.fill(preExponents, e);
    Linear fc1 =
        linear(shape.dim(), preExponents, CODE_RMS, constant(shape.mlpDim(), preActivation));
    int[] hidden = new int[shape.mlpDim()];
    // About half of an activation's outputs are near 0: the rest may be larger.
    Arrays.setAll(hidden, o -> e + limit(preActivation - log2(CODE_RMS) + uniform(-1, 0), 0, 15));
    return new Mlp(fc1, activation, hidden, addBranch(shape.mlpDim(), CODE_RMS, -2, 0));
  }

  /**
   * A layer that adds to the residual stream; moves {@link #scale} behind the addition.
   *
   * @param smallest log2 of what it adds, relative to what is there
   */
  private Linear addBranch(int in, double inputRms, double smallest, double largest) {
    int dim = shape.dim();
    double[] real = new double[dim];
    double[] sum = new double[dim];
    for (int c = 0; c < dim; c++) {
      real[c] = magnitude[c] + uniform(smallest, largest);
      sum[c] = log2(Math.exp(2 * ln2(magnitude[c])) + Math.exp(2 * ln2(real[c]))) / 2;
    }
    Residual before = scale;
    Residual after = scaleFor(sum);
    byte[] ptf = after.ptf();
    for (int c = 0; c < dim; c++) {
      // Small residual shifts only, as real models have; the limit is -8 to 7.
      int m = Math.max(-4, Math.min(4, after.exponent(c) - before.exponent(c)));
      int wanted = before.exponent(c) + m - after.exponent();
      ptf[c] = (byte) Math.max(0, Math.min(maxPtf, wanted));
    }
    scale = after;
    magnitude = sum;
    double[] branch = new double[dim];
    Arrays.setAll(branch, c -> real[c] - scale.exponent(c));
    return linear(in, residualExponents(), inputRms, branch);
  }

  /** The scale at which the largest magnitudes just fit, jittered by a Power-of-Two Factor. */
  private Residual scaleFor(double[] magnitudes) {
    double target = residualBits - 1 - 2.6;
    double largest = Arrays.stream(magnitudes).max().orElseThrow();
    int exponent = (int) Math.ceil(largest - target) - maxPtf;
    byte[] ptf = new byte[magnitudes.length];
    for (int c = 0; c < ptf.length; c++) {
      double jitter = random.nextInt(4) == 0 ? 1 : 0;
      ptf[c] = (byte) limit(magnitudes[c] - target - exponent + jitter, 0, maxPtf);
    }
    return new Residual(exponent, ptf);
  }

  /** log2 of the root mean square of a channel's codes. */
  private double codeMagnitude(int c) {
    return magnitude[c] - scale.exponent(c);
  }

  private int[] residualExponents() {
    int[] exponents = new int[shape.dim()];
    Arrays.setAll(exponents, scale::exponent);
    return exponents;
  }

  /** LayerNorm of the present residual stream. */
  private Norm norm() {
    int dim = shape.dim();
    double meanSquare = Arrays.stream(magnitude).map(m -> Math.pow(4, m)).average().orElseThrow();
    short[] gain = new short[dim];
    int[] offset = new int[dim];
    byte[] shift = new byte[dim];
    for (int c = 0; c < dim; c++) {
      int size = 700 + random.nextInt(1348);
      gain[c] = (short) (random.nextInt(4) == 0 ? -size : size);
      // Normalized values have 10 fractional bits.
      double z = Math.pow(2, magnitude[c] + 10) / Math.sqrt(meanSquare);
      shift[c] = (byte) limit(log2(z * size / CODE_RMS), 0, ModelValidator.MAX_NORM_SHIFT);
      offset[c] = (int) Math.rint(random.nextGaussian() * Math.scalb(CODE_RMS / 4, shift[c]));
    }
    long epsilon = LayerNormMath.epsilon(dim, EPSILON, scale.exponent());
    return new Norm(epsilon, gain, offset, shift, -7 + random.nextInt(4));
  }

  private Linear int8Layer(int in, int[] exponent) {
    return linear(in, exponent, CODE_RMS, constant(exponent.length, log2(CODE_RMS)));
  }

  /**
   * A layer whose outputs, as codes at {@code exponent}, have root mean squares of about {@code
   * 2^codeLog2}.
   */
  private Linear linear(int in, int[] exponent, double inputRms, double[] codeLog2) {
    int out = exponent.length;
    int bits =
        switch (weightBits) {
          case W8 -> 8;
          case W4 -> 4;
          case MIXED -> random.nextBoolean() ? 8 : 4;
        };
    byte[] weights = new byte[out * in];
    random.nextBytes(weights);
    double weightRms = Math.scalb(1 / Math.sqrt(12), bits);
    int least = -1 << (bits - 1);
    for (int i = 0; i < weights.length; i++) {
      weights[i] >>= 8 - bits;
      // The most negative weight only sometimes: else the mean of 4-bit weights is far from 0 and
      // all outputs become alike.
      if (weights[i] == least && random.nextInt(16) != 0) {
        weights[i] = 0;
      }
    }
    double acc = Math.sqrt(in) * weightRms * inputRms;
    int[] bias = new int[out];
    int[] accExponent = new int[out];
    for (int o = 0; o < out; o++) {
      bias[o] = (int) Math.rint(random.nextGaussian() * acc / 4);
      double n = log2(acc) - codeLog2[o] + uniform(-0.5, 0.5);
      accExponent[o] = exponent[o] - limit(n, ModelValidator.MIN_SHIFT, ModelValidator.MAX_SHIFT);
    }
    return new Linear(in, out, bits, weights, bias, accExponent);
  }

  private int[] exponents(int count, int min, int max) {
    return random.ints(count, min, max + 1).toArray();
  }

  private static double[] constant(int count, double value) {
    double[] all = new double[count];
    Arrays.fill(all, value);
    return all;
  }

  private double uniform(double min, double max) {
    return min + random.nextDouble() * (max - min);
  }

  private static int limit(double v, int min, int max) {
    return (int) Math.max(min, Math.min(max, Math.rint(v)));
  }

  private static double log2(double v) {
    return Math.log(v) / Math.log(2);
  }

  private static double ln2(double log2) {
    return log2 * Math.log(2);
  }
}
