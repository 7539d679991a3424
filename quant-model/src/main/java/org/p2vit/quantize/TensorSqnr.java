package org.p2vit.quantize;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.p2vit.golden.GoldenModel;
import org.p2vit.image.Image;
import org.p2vit.image.ImageSource;
import org.p2vit.image.InputCodes;
import org.p2vit.model.Preprocessing;
import org.p2vit.model.VitShape;
import org.p2vit.numerics.Tables;
import org.p2vit.onnx.FloatReference;
import org.p2vit.onnx.Tap;

/**
 * How close each tensor of the integer model is to the float model's, errors of all layers before
 * it included: where this falls off is where accuracy is lost.
 */
public final class TensorSqnr {
  private TensorSqnr() {}

  /** The tensors to open the {@link FloatReference} with. */
  public static List<Tap> taps(Quantization quantization) {
    return quantization.references().values().stream().map(TensorReference::tap).toList();
  }

  /**
   * Compares the models on images.
   *
   * @param reference opened with {@link #taps}
   * @return decibels by tensor name, in the order of computation: power of the float tensor (less
   *     its offset) over power of the difference; infinite where there is none
   */
  public static Map<String, Double> measure(
      Quantization quantization, FloatReference reference, ImageSource images) {
    GoldenModel golden = new GoldenModel(quantization.model());
    Preprocessing preprocessing = quantization.model().preprocessing();
    VitShape shape = quantization.model().shape();
    List<Tap> taps = taps(quantization);
    Map<String, double[]> powers = new LinkedHashMap<>();
    for (int i = 0; i < images.count(); i++) {
      Image image = images.image(i);
      Map<Tap, float[]> exact = reference.run(image.normalized(preprocessing), taps);
      golden.logits(
          InputCodes.of(image, preprocessing, shape),
          (name, dimensions, codes) -> {
            TensorReference tensor = quantization.references().get(name);
            if (tensor != null) {
              double[] power = powers.computeIfAbsent(name, n -> new double[2]);
              add(power, tensor, shape, exact.get(tensor.tap()), codes);
            }
          });
    }
    Map<String, Double> decibels = new LinkedHashMap<>();
    powers.forEach((name, p) -> decibels.put(name, 10 * Math.log10(p[0] / p[1])));
    return decibels;
  }

  private static void add(
      double[] power, TensorReference tensor, VitShape shape, float[] exact, int[] codes) {
    int width = tensor.tap().columns().length;
    for (int row = 0; row * width < codes.length; row++) {
      double exactMean = 0;
      double codedMean = 0;
      int head = row / shape.tokens();
      if (tensor.kind() == TensorReference.Kind.SCORES) {
        for (int i = row * width; i < (row + 1) * width; i++) {
          exactMean += exact[i] / width;
          codedMean += Math.scalb((double) codes[i], tensor.exponent()[head]) / width;
        }
      }
      for (int c = 0; c < width; c++) {
        int i = row * width + c;
        double wanted = exact[i] - exactMean;
        double found =
            switch (tensor.kind()) {
              case SCORES -> Math.scalb((double) codes[i], tensor.exponent()[head]) - codedMean;
              case ATTENTION -> codes[i] == Tables.CODE_ZERO ? 0 : Math.scalb(1.0, -codes[i]);
              case LINEAR -> Math.scalb((double) codes[i], tensor.exponent()[c]);
            };
        if (tensor.kind() == TensorReference.Kind.LINEAR) {
          wanted = wanted * tensor.factor()[c] - tensor.offset()[c];
        }
        power[0] += wanted * wanted;
        power[1] += (wanted - found) * (wanted - found);
      }
    }
  }
}
