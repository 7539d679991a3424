package org.p2vit.quantize;

import java.util.Arrays;
import org.p2vit.golden.ScaleGrid;
import org.p2vit.model.Attention;
import org.p2vit.model.Linear;
import org.p2vit.model.Residual;
import org.p2vit.onnx.FloatBlock;
import org.p2vit.onnx.FloatLinear;

/**
 * A block's attention. Keys are coded less their mean and values less an offset, which is exact in
 * float arithmetic: softmax ignores what a query adds to all its scores, and its rows sum to one.
 */
final class AttentionQuantizer {
  private static final int SCORE_ROWS = 256;
  private static final int OFFSET_ROWS = 2048;

  private final LayerTools tools;
  private final ScaleGrid grid;
  private final AttentionScales scales;
  private final int dim;
  private final int heads;
  private final int headDim;

  AttentionQuantizer(LayerTools tools) {
    this.tools = tools;
    grid = tools.grid();
    scales = new AttentionScales(tools.exponents());
    dim = tools.vit().shape().dim();
    heads = tools.vit().shape().heads();
    headDim = tools.vit().shape().headDim();
  }

  /**
   * Quantizes attention and moves the integer stream behind it.
   *
   * @param before the float stream that enters
   * @param floats what the float model computes
   * @param residual the stream's scale afterwards
   * @param last whether only the class token's output is read
   */
  Attention quantize(
      String name,
      FloatBlock floatBlock,
      float[][] before,
      FloatStream.AttentionTensors floatTensors,
      LayerTools.NormOutput norm,
      Residual residual,
      IntegerStream integers,
      boolean last) {
    FloatBlock.Taps taps = floatBlock.taps();
    float[] queryFactor = ones();
    float[] valueFactor = ones();
    if (tools.options().uses(Method.FOLDED_SCALES)) {
      FoldedScales folded =
          new FoldedScales(
              grid,
              norm.scale(),
              new Samples(floatTensors.norm())
                  .thinned(LayerTools.ROWS)
                  .minus(norm.scale().offset()));
      queryFactor =
          folded.queryKey(
              floatBlock.query(),
              tools.options().bits(name + ".query"),
              floatBlock.key(),
              tools.options().bits(name + ".key"));
      valueFactor = folded.value(floatBlock.value(), tools.options().bits(name + ".value"));
    }
    FloatBlock block = FoldedScales.apply(floatBlock, queryFactor, valueFactor);
    FloatStream.AttentionTensors floats =
        FoldedScales.apply(floatTensors, queryFactor, valueFactor);
    RowWeights rowWeights = new RowWeights(tools.tokens(), before, integers.missing(before));
    float[][] codes = integers.norm(norm.norm());
    LayerInput input = new LayerInput(norm.scale(), codes, rowWeights.absolute());

    float[] none = new float[dim];
    float[] keyMean = new Samples(floats.key()).mean();
    AttentionScales.QueryKey qk =
        scales.queryKey(
            new Samples(floats.query()).thinned(LayerTools.ROWS),
            new Samples(floats.key()).thinned(LayerTools.ROWS).minus(keyMean),
            heads);
    Linear query =
        tools.linear(
            name + ".query",
            new LinearQuantizer.Task(block.query(), floats.query(), none),
            input,
            qk.query());
    Linear key =
        tools.linear(
            name + ".key",
            new LinearQuantizer.Task(block.key(), floats.key(), keyMean),
            input,
            qk.key());
    tools.reference(name + ".query", taps.query(), queryFactor, new InputScale(qk.query(), none));
    float[] keyFactor = FoldedScales.inverse(queryFactor);
    tools.reference(name + ".key", taps.key(), keyFactor, new InputScale(qk.key(), keyMean));

    int[] scoreExponent = new int[heads];
    float[] gain = scoreExponents(floats, keyMean, qk, scoreExponent, last);
    tools.reference(
        name + ".scores",
        new TensorReference(
            taps.scores(), TensorReference.Kind.SCORES, new float[0], scoreExponent, new float[0]));
    tools.reference(
        name + ".attention",
        new TensorReference(
            taps.attention(),
            TensorReference.Kind.ATTENTION,
            new float[0],
            new int[0],
            new float[0]));

    float[] valueOffset = valueOffsets(floats, keyMean, scoreExponent, gain, last);
    int[] valueExponent =
        tools
            .exponents()
            .perChannel(new Samples(floats.value()).thinned(LayerTools.ROWS).minus(valueOffset), 8);
    Linear value =
        tools.linear(
            name + ".value",
            new LinearQuantizer.Task(block.value(), floats.value(), valueOffset),
            input,
            valueExponent);
    tools.reference(
        name + ".value", taps.value(), valueFactor, new InputScale(valueExponent, valueOffset));

    FloatLinear projection = FoldedScales.columnsTimes(block.projection(), gain);
    int[] contextShift = contextShifts(floats, valueOffset, valueExponent, projection, gain);
    Attention unprojected =
        new Attention(
            query,
            key,
            value,
            qk.query(),
            qk.key(),
            valueExponent,
            scoreExponent,
            contextShift,
            null);
    int[] contextExponent = new int[dim];
    float[] contextOffset = new float[dim];
    for (int c = 0; c < dim; c++) {
      contextExponent[c] = valueExponent[c] - grid.octaves(15) + contextShift[c / headDim];
      contextOffset[c] = valueOffset[c] / gain[c];
    }
    tools.reference(
        name + ".context",
        taps.context(),
        valueFactor,
        new InputScale(contextExponent, valueOffset));
    float[][] context = integers.context(codes, unprojected);
    Linear projected =
        tools.linear(
            name + ".projection",
            new LinearQuantizer.Task(projection, integers.missing(floats.residual()), none),
            new LayerInput(
                new InputScale(contextExponent, contextOffset),
                context,
                rowWeights.relativeTo(floats.residual())),
            residual.exponents());
    integers.add(projected, context, residual);
    return new Attention(
        query,
        key,
        value,
        qk.query(),
        qk.key(),
        valueExponent,
        scoreExponent,
        contextShift,
        projected);
  }

  private float[] ones() {
    float[] ones = new float[dim];
    Arrays.fill(ones, 1);
    return ones;
  }

  /**
   * Chooses each head's score exponent.
   *
   * @return a channel of the context, what its codes have to be multiplied by because of what log2
   *     codes lose
   */
  private float[] scoreExponents(
      FloatStream.AttentionTensors floats,
      float[] keyMean,
      AttentionScales.QueryKey qk,
      int[] scoreExponent,
      boolean last) {
    int[] rows = tools.tokens().sample(SCORE_ROWS, last);
    float[] gain = new float[dim];
    Parallel.each(
        heads,
        h -> {
          int from = h * headDim;
          Samples scores = scores(floats, keyMean, from, rows);
          scoreExponent[h] = scales.score(scores, qk.query()[from] + qk.key()[from]);
          float g =
              tools.options().uses(Method.LOG2_GAIN)
                  ? (float) scales.gain(scores, scoreExponent[h])
                  : 1;
          Arrays.fill(gain, from, from + headDim, g);
        });
    return gain;
  }

  /** Rows of a head's scores, less what the keys' mean adds to each. */
  private Samples scores(
      FloatStream.AttentionTensors floats, float[] keyMean, int from, int[] which) {
    int n = tools.tokens().tokens();
    float[][] rows = new float[which.length][n];
    for (int i = 0; i < which.length; i++) {
      int r = which[i];
      float[] query = floats.query()[r];
      for (int j = 0; j < n; j++) {
        float[] key = floats.key()[r / n * n + j];
        float sum = 0;
        for (int c = from; c < from + headDim; c++) {
          sum += query[c] * (key[c] - keyMean[c]);
        }
        rows[i][j] = sum;
      }
    }
    return new Samples(rows);
  }

  /**
   * What is subtracted from the values before they are coded, a channel: the mean, or what makes up
   * for rows of log2 codes that do not sum to one.
   */
  private float[] valueOffsets(
      FloatStream.AttentionTensors floats,
      float[] keyMean,
      int[] scoreExponent,
      float[] gain,
      boolean last) {
    float[] offset = new Samples(floats.value()).mean();
    if (!tools.options().uses(Method.VALUE_OFFSETS)) {
      return offset;
    }
    int[] rows = tools.tokens().sample(OFFSET_ROWS, last);
    float[][][] values = new float[rows.length][][];
    for (int i = 0; i < rows.length; i++) {
      values[i] = tools.tokens().image(floats.value(), rows[i] / tools.tokens().tokens());
    }
    Parallel.each(
        heads,
        h -> {
          int from = h * headDim;
          scales.valueOffsets(
              scores(floats, keyMean, from, rows),
              scoreExponent[h],
              gain[from],
              values,
              from,
              from + headDim,
              offset);
        });
    return offset;
  }

  private int[] contextShifts(
      FloatStream.AttentionTensors floats,
      float[] valueOffset,
      int[] valueExponent,
      FloatLinear projection,
      float[] gain) {
    float[] inverse = new float[dim];
    for (int c = 0; c < dim; c++) {
      inverse[c] = 1 / gain[c];
    }
    Samples context =
        new Samples(floats.context()).thinned(LayerTools.ROWS).minus(valueOffset).times(inverse);
    double[] importance = columnPower(projection);
    int[] shifts = new int[heads];
    Parallel.each(
        heads,
        h ->
            shifts[h] =
                scales.contextShift(
                    context, valueExponent, importance, h * headDim, (h + 1) * headDim));
    return shifts;
  }

  private static double[] columnPower(FloatLinear layer) {
    double[] power = new double[layer.in()];
    for (int i = 0; i < layer.weights().length; i++) {
      power[i % layer.in()] += (double) layer.weights()[i] * layer.weights()[i];
    }
    return power;
  }
}
