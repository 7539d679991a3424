package org.p2vit.generator.search;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.p2vit.model.Block;
import org.p2vit.model.Linear;
import org.p2vit.model.VitShape;
import org.p2vit.onnx.FloatBlock;
import org.p2vit.onnx.FloatVit;
import org.p2vit.onnx.Tap;
import org.p2vit.quantize.Quantization;
import org.p2vit.quantize.TensorReference;

/**
 * What 4 bits instead of 8 change in the outputs of a group of layers, all else equal: {@code (W4 -
 * W8) x}, in real values, with the inputs {@code x} that the layers have in the 8-bit model.
 */
final class LayerErrors {
  private static final String INPUT = "input";
  private final Map<Integer, List<Layer>> groups = new LinkedHashMap<>();

  /**
   * One layer.
   *
   * @param input tensor of the golden model that it reads
   * @param output where its output is in the float model
   * @param weights of 4 bits less those of 8 bits, for codes of the 8-bit model, in x out
   * @param bias likewise
   */
  private record Layer(String input, Tap output, float[][] weights, float[] bias) {}

  private final Quantization narrow;
  private final Quantization wide;

  LayerErrors(FloatVit vit, Quantization narrow, Quantization wide) {
    this.narrow = narrow;
    this.wide = wide;
    VitShape shape = vit.shape();
    int group = 0;
    add(
        group++,
        INPUT,
        vit.embedTap(),
        narrow.model().patchEmbedding(),
        wide.model().patchEmbedding());
    for (int i = 0; i < shape.depth(); i++) {
      FloatBlock.Taps taps = vit.blocks().get(i).taps();
      Block a = narrow.model().blocks().get(i);
      Block b = wide.model().blocks().get(i);
      String name = "blocks." + i + ".";
      String norm1 = name + "norm1";
      add(group, norm1, taps.query(), a.attention().query(), b.attention().query());
      add(group, norm1, taps.key(), a.attention().key(), b.attention().key());
      add(group++, norm1, taps.value(), a.attention().value(), b.attention().value());
      add(
          group++,
          name + "context",
          taps.residual1(),
          a.attention().projection(),
          b.attention().projection());
      add(group++, name + "norm2", taps.preActivation(), a.mlp().fc1(), b.mlp().fc1());
      add(group++, name + "hidden", taps.residual2(), a.mlp().fc2(), b.mlp().fc2());
    }
    add(group, "norm", vit.logitsTap(), narrow.model().head(), wide.model().head());
  }

  /** Places in the float model that errors are added at, the logits left out. */
  static List<Tap> taps(FloatVit vit) {
    List<Tap> taps = new ArrayList<>(List.of(vit.embedTap()));
    for (FloatBlock block : vit.blocks()) {
      FloatBlock.Taps t = block.taps();
      taps.addAll(
          List.of(t.query(), t.key(), t.value(), t.residual1(), t.preActivation(), t.residual2()));
    }
    return taps;
  }

  private void add(int group, String input, Tap output, Linear a, Linear b) {
    double[] ratio = new double[a.in()];
    for (int k = 0; k < ratio.length; k++) {
      ratio[k] = input.equals(INPUT) ? 1 : unit(wide, input, k) / unit(narrow, input, k);
    }
    float[][] weights = new float[a.in()][a.out()];
    float[] bias = new float[a.out()];
    for (int o = 0; o < bias.length; o++) {
      double narrowUnit = Math.scalb(1.0, a.accExponent()[o]) / factor(narrow, output, o);
      double wideUnit = Math.scalb(1.0, b.accExponent()[o]) / factor(wide, output, o);
      bias[o] = (float) (a.bias()[o] * narrowUnit - b.bias()[o] * wideUnit);
      for (int k = 0; k < ratio.length; k++) {
        int i = o * ratio.length + k;
        weights[k][o] =
            (float) (a.weights()[i] * narrowUnit * ratio[k] - b.weights()[i] * wideUnit);
      }
    }
    groups
        .computeIfAbsent(group, g -> new ArrayList<>())
        .add(new Layer(input, output, weights, bias));
  }

  /** What an integer model's tensor is multiplied by; 1 where its codes are of another tensor. */
  private static double factor(Quantization quantization, Tap output, int channel) {
    return quantization.references().values().stream()
        .filter(r -> r.tap() == output)
        .findFirst()
        .map(r -> (double) r.factor()[channel])
        .orElse(1.0);
  }

  /** What a code of a tensor's channel is worth. */
  private static double unit(Quantization quantization, String tensor, int channel) {
    TensorReference reference = quantization.references().get(tensor);
    return Math.scalb(1.0, reference.exponent()[channel]) / reference.factor()[channel];
  }

  /** Tensors of the golden model that {@link #of} wants. */
  boolean wants(String tensor) {
    return groups.values().stream().flatMap(List::stream).anyMatch(l -> l.input().equals(tensor));
  }

  /**
   * Errors of a group's outputs.
   *
   * @param codes by tensor, of the 8-bit model
   */
  Map<Tap, float[]> of(int group, Map<String, int[]> codes) {
    Map<Tap, float[]> errors = new HashMap<>();
    for (Layer layer : groups.get(group)) {
      errors.put(layer.output(), error(layer, codes.get(layer.input())));
    }
    return errors;
  }

  private static float[] error(Layer layer, int[] codes) {
    int in = layer.weights().length;
    int out = layer.bias().length;
    float[] errors = new float[codes.length / in * out];
    float[] row = new float[out];
    // Row 0 of the image is the class token's, which is not embedded.
    for (int r = layer.input().equals(INPUT) ? 1 : 0; r * in < codes.length; r++) {
      System.arraycopy(layer.bias(), 0, row, 0, out);
      for (int k = 0; k < in; k++) {
        add(row, codes[r * in + k], layer.weights()[k]);
      }
      System.arraycopy(row, 0, errors, r * out, out);
    }
    return errors;
  }

  private static void add(float[] row, float x, float[] weights) {
    for (int o = 0; o < row.length; o++) {
      row[o] += x * weights[o];
    }
  }
}
