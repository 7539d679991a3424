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
   * @param narrow weights of 4 bits for the 8-bit model's codes, in x out
   * @param wide weights of 8 bits likewise
   * @param bias difference
   * @param coarser by how many powers of two the 4-bit model's input codes are coarser, a channel
   */
  private record Layer(
      String input, Tap output, float[][] narrow, float[][] wide, float[] bias, int[] coarser) {}

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
    int[] coarser = new int[a.in()];
    if (!input.equals(INPUT)) {
      int[] narrowExponent = narrow.references().get(input).exponent();
      int[] wideExponent = wide.references().get(input).exponent();
      for (int k = 0; k < coarser.length; k++) {
        coarser[k] = narrowExponent[k] - wideExponent[k];
      }
    }
    float[] bias = new float[a.out()];
    for (int o = 0; o < bias.length; o++) {
      bias[o] =
          (float)
              (Math.scalb((double) a.bias()[o], a.accExponent()[o])
                  - Math.scalb((double) b.bias()[o], b.accExponent()[o]));
    }
    groups
        .computeIfAbsent(group, g -> new ArrayList<>())
        .add(new Layer(input, output, real(a), real(b), bias, coarser));
  }

  private static float[][] real(Linear linear) {
    float[][] weights = new float[linear.in()][linear.out()];
    for (int o = 0; o < linear.out(); o++) {
      for (int k = 0; k < linear.in(); k++) {
        weights[k][o] =
            Math.scalb((float) linear.weights()[o * linear.in() + k], linear.accExponent()[o]);
      }
    }
    return weights;
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
    int in = layer.narrow().length;
    int out = layer.bias().length;
    float[] errors = new float[codes.length / in * out];
    float[] row = new float[out];
    // Row 0 of the image is the class token's, which is not embedded.
    for (int r = layer.input().equals(INPUT) ? 1 : 0; r * in < codes.length; r++) {
      System.arraycopy(layer.bias(), 0, row, 0, out);
      for (int k = 0; k < in; k++) {
        int code = codes[r * in + k];
        float coarse = coarse(code, layer.coarser()[k]);
        add(row, coarse, layer.narrow()[k], code, layer.wide()[k]);
      }
      System.arraycopy(row, 0, errors, r * out, out);
    }
    return errors;
  }

  private static float coarse(int code, int shift) {
    double rounded = Math.rint(Math.scalb((double) code, -shift));
    return (float) Math.max(-128, Math.min(127, rounded));
  }

  private static void add(float[] row, float x, float[] narrow, float y, float[] wide) {
    for (int o = 0; o < row.length; o++) {
      row[o] += x * narrow[o] - y * wide[o];
    }
  }
}
