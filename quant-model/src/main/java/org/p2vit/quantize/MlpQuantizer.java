package org.p2vit.quantize;

import java.util.Arrays;
import java.util.List;
import org.p2vit.golden.ScaleGrid;
import org.p2vit.model.Activation;
import org.p2vit.model.Linear;
import org.p2vit.model.Mlp;
import org.p2vit.model.Residual;
import org.p2vit.onnx.FloatBlock;

/** A block's MLP. */
final class MlpQuantizer {
  private static final int PRE_ACTIVATION_SHIFT_MAX = 15;

  private final LayerTools tools;
  private final ScaleGrid grid;

  MlpQuantizer(LayerTools tools) {
    this.tools = tools;
    grid = tools.grid();
  }

  /**
   * Quantizes an MLP and moves the integer stream behind it.
   *
   * @param before the float stream that enters
   * @param floats what the float model computes
   * @param residual the stream's scale afterwards
   */
  Mlp quantize(
      String name,
      FloatBlock block,
      float[][] before,
      FloatStream.MlpTensors floats,
      LayerTools.NormOutput norm,
      Residual residual,
      IntegerStream integers) {
    RowWeights weights = new RowWeights(tools.tokens(), before, integers.missing(before));
    Activation activation = Gelu.activation(new Samples(floats.hidden()).maxMagnitude());
    int lowest = grid.octaves(activation.exponent());
    int highest = grid.octaves(activation.exponent() + PRE_ACTIVATION_SHIFT_MAX);
    float[] none = new float[block.fc1().out()];
    int[] preActivationExponent = new int[none.length];
    Arrays.fill(preActivationExponent, lowest);
    float[][] codes = integers.norm(norm.norm());
    Linear fc1 =
        tools.linear(
            name + ".fc1",
            new LinearQuantizer.Task(block.fc1(), floats.preActivation(), none),
            new LayerInput(norm.scale(), codes, weights.absolute()),
            preActivationExponent);
    InputScale scale =
        tools.inputScale(
            new Samples(floats.hidden()).thinned(LayerTools.ROWS),
            none,
            List.of(new LayerTools.Reader(name + ".fc2", block.fc2())),
            tools.options().uses(Method.HIDDEN_CHANNELS),
            lowest,
            highest);
    tools.reference(name + ".hidden", block.taps().hidden(), scale);
    float[][] hidden = integers.hidden(codes, new Mlp(fc1, activation, scale.exponent(), null));
    Linear fc2 =
        tools.linear(
            name + ".fc2",
            new LinearQuantizer.Task(
                block.fc2(), integers.missing(floats.residual()), new float[block.fc2().out()]),
            new LayerInput(scale, hidden, weights.relativeTo(floats.residual())),
            residual.exponents());
    integers.add(fc2, hidden, residual);
    return new Mlp(fc1, activation, scale.exponent(), fc2);
  }
}
