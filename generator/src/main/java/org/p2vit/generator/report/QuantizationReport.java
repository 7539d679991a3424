package org.p2vit.generator.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.p2vit.generator.Accuracy;
import org.p2vit.model.Block;
import org.p2vit.model.Linear;
import org.p2vit.model.QuantizedModel;
import org.p2vit.quantize.Histogram;
import org.p2vit.quantize.Quantization;
import org.p2vit.quantize.TensorStatistics;

/**
 * What quantization did to a model: {@code report.json}.
 *
 * @param model its name
 * @param weightBytes of all linear layers
 * @param meanBits of weights, each multiply-accumulate of a linear layer counting once
 * @param residualBits of the residual stream
 * @param accuracy before and after; null if there were no labelled images
 * @param images that tensors were compared on
 * @param layers linear layers in order of execution
 * @param tensors in order of computation
 */
public record QuantizationReport(
    String model,
    long weightBytes,
    double meanBits,
    int residualBits,
    Comparison accuracy,
    int images,
    List<Layer> layers,
    List<TensorStatistics> tensors) {

  /**
   * Float and integer model on the same images.
   *
   * @param floatTop1 0 to 1
   * @param integerTop1 0 to 1
   * @param samePrediction share of images
   */
  public record Comparison(
      int images, double floatTop1, double integerTop1, double samePrediction) {

    public static Comparison of(Accuracy before, Accuracy after) {
      int same = 0;
      for (int i = 0; i < before.images(); i++) {
        same += before.predictions()[i] == after.predictions()[i] ? 1 : 0;
      }
      return new Comparison(
          after.labelled(), before.top1Rate(), after.top1Rate(), (double) same / before.images());
    }
  }

  /**
   * A linear layer.
   *
   * @param weightBits 8 or 4
   * @param exponent lowest and highest of the accumulators' exponents
   * @param saturation share of weights at an end of their range, 0 to 1
   * @param weights codes
   * @param output the tensor that it computes, in {@code tensors}
   */
  public record Layer(
      String name,
      int in,
      int out,
      int weightBits,
      int[] exponent,
      double saturation,
      Histogram weights,
      String output) {

    static Layer of(String name, Linear linear, String output) {
      int[] e = linear.accExponent();
      int highest = (1 << (linear.weightBits() - 1)) - 1;
      int ends = 0;
      for (byte w : linear.weights()) {
        ends += w == highest || w == -highest - 1 ? 1 : 0;
      }
      return new Layer(
          name,
          linear.in(),
          linear.out(),
          linear.weightBits(),
          new int[] {Arrays.stream(e).min().orElse(0), Arrays.stream(e).max().orElse(0)},
          (double) ends / linear.weights().length,
          Histogram.of(linear.weights(), linear.weightBits()),
          output);
    }
  }

  /**
   * Puts a report together.
   *
   * @param accuracy null if there is none
   * @param images that {@code tensors} were measured on
   */
  public static QuantizationReport of(
      Quantization quantization, List<TensorStatistics> tensors, int images, Comparison accuracy) {
    QuantizedModel model = quantization.model();
    List<Layer> layers = layers(model);
    double bits = 0;
    double macs = 0;
    long weightBits = 0;
    for (Layer layer : layers) {
      double rows =
          switch (layer.name()) {
            case "patch_embedding" -> model.shape().patches();
            case "head" -> 1;
            default -> model.shape().tokens();
          };
      long weights = (long) layer.in() * layer.out();
      macs += rows * weights;
      bits += rows * weights * layer.weightBits();
      weightBits += weights * layer.weightBits();
    }
    return new QuantizationReport(
        model.name(),
        (weightBits + 7) / 8,
        bits / macs,
        model.residualBits(),
        accuracy,
        images,
        layers,
        tensors);
  }

  private static List<Layer> layers(QuantizedModel model) {
    List<Layer> layers = new ArrayList<>();
    layers.add(Layer.of("patch_embedding", model.patchEmbedding(), "embed"));
    for (int i = 0; i < model.blocks().size(); i++) {
      Block block = model.blocks().get(i);
      String at = "blocks." + i + ".";
      layers.add(Layer.of(at + "query", block.attention().query(), at + "query"));
      layers.add(Layer.of(at + "key", block.attention().key(), at + "key"));
      layers.add(Layer.of(at + "value", block.attention().value(), at + "value"));
      layers.add(Layer.of(at + "projection", block.attention().projection(), at + "residual1"));
      layers.add(Layer.of(at + "fc1", block.mlp().fc1(), at + "hidden"));
      layers.add(Layer.of(at + "fc2", block.mlp().fc2(), at + "residual2"));
    }
    layers.add(Layer.of("head", model.head(), "logits"));
    return layers;
  }

  /** Tensors by name. */
  Map<String, TensorStatistics> tensorsByName() {
    Map<String, TensorStatistics> byName = new LinkedHashMap<>();
    tensors.forEach(t -> byName.put(t.name(), t));
    return byName;
  }
}
