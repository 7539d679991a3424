package org.p2vit.quantize;

import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.p2vit.golden.GoldenModel;
import org.p2vit.golden.TensorSink;
import org.p2vit.image.Image;
import org.p2vit.image.ImageSource;
import org.p2vit.image.InputCodes;
import org.p2vit.model.Preprocessing;
import org.p2vit.model.VitShape;
import org.p2vit.numerics.Rounding;
import org.p2vit.numerics.Tables;
import org.p2vit.onnx.FloatReference;
import org.p2vit.onnx.Tap;

/**
 * What a tensor of the integer model holds, and how close it is to the float model's: where this
 * falls off is where accuracy is lost.
 *
 * @param name docs/numerics.md section 2
 * @param bits of a code
 * @param exponent lowest and highest of all channels; empty for attention, whose codes are
 *     logarithms
 * @param sqnr decibels, errors of all layers before it included: power of the float tensor (less
 *     its offset) over power of the difference; infinite where there is none
 * @param ownSqnr decibels, the float model's tensors given as inputs, so that what was lost before
 *     does not count
 * @param saturation share of codes at an end of their range, 0 to 1; of attention, share of zeros
 * @param codes of the integer model
 * @param floats of the float model, in the codes' units; beyond the range they are in the outermost
 *     bins
 */
public record TensorStatistics(
    String name,
    int bits,
    int[] exponent,
    double sqnr,
    double ownSqnr,
    double saturation,
    Histogram codes,
    Histogram floats) {

  private static final int ATTENTION_BITS = 4;
  private static final int LOGITS_BITS = 16;

  /** The tensors to open the {@link FloatReference} with. */
  public static List<Tap> taps(Quantization quantization) {
    return quantization.references().values().stream().map(TensorReference::tap).toList();
  }

  /**
   * Compares the models on images.
   *
   * @param reference opened with {@link #taps}
   * @return in the order of computation
   */
  public static List<TensorStatistics> measure(
      Quantization quantization, FloatReference reference, ImageSource images, Progress progress) {
    GoldenModel golden = new GoldenModel(quantization.model());
    Preprocessing preprocessing = quantization.model().preprocessing();
    VitShape shape = quantization.model().shape();
    List<Tap> taps = taps(quantization);
    Map<String, Sums> all = new LinkedHashMap<>();
    for (int i = 0; i < images.count(); i++) {
      Image image = images.image(i);
      byte[] input = InputCodes.of(image, preprocessing, shape);
      Map<Tap, float[]> exact = reference.run(image.normalized(preprocessing), taps);
      golden.logits(input, sink(quantization, all, exact, true));
      golden.logits(input, sink(quantization, all, exact, false), given(quantization, exact));
      progress.at("report", i + 1, images.count());
    }
    return all.entrySet().stream().map(e -> e.getValue().result(e.getKey())).toList();
  }

  private static TensorSink sink(
      Quantization quantization,
      Map<String, Sums> all,
      Map<Tap, float[]> exact,
      boolean accumulated) {
    return (name, dimensions, codes) -> {
      TensorReference tensor = quantization.references().get(name);
      if (tensor != null) {
        Sums sums = all.computeIfAbsent(name, n -> new Sums(tensor, quantization, n));
        sums.add(exact.get(tensor.tap()), codes, accumulated);
      }
    };
  }

  /**
   * Codes of the float model's tensors. Left out are those that the integer model means otherwise:
   * scores, up to a constant a row, and attention and context, up to a factor that the projection
   * makes up for.
   */
  private static Map<String, int[]> given(Quantization quantization, Map<Tap, float[]> exact) {
    Map<String, int[]> given = new HashMap<>();
    quantization
        .references()
        .forEach(
            (name, tensor) -> {
              if (tensor.kind() == TensorReference.Kind.LINEAR && !name.endsWith(".context")) {
                given.put(name, codes(tensor, exact.get(tensor.tap()), bits(quantization, name)));
              }
            });
    // The float model has all tokens' rows of it, the integer model the class token's.
    given.computeIfPresent(
        "norm", (n, codes) -> Arrays.copyOf(codes, quantization.model().shape().dim()));
    return given;
  }

  private static int[] codes(TensorReference tensor, float[] exact, int bits) {
    int width = tensor.tap().columns().length;
    int[] codes = new int[exact.length];
    for (int i = 0; i < codes.length; i++) {
      int c = i % width;
      double real = (double) exact[i] * tensor.factor()[c] - tensor.offset()[c];
      codes[i] = Rounding.quantize(real, tensor.exponent()[c], bits);
    }
    return codes;
  }

  private static int bits(Quantization quantization, String name) {
    if (name.equals("embed") || name.matches(".*\\.residual[12]")) {
      return quantization.model().residualBits();
    }
    if (name.endsWith(".attention")) {
      return ATTENTION_BITS;
    }
    return name.equals("logits") ? LOGITS_BITS : 8;
  }

  /** Sums over images. */
  private static final class Sums {
    private final TensorReference tensor;
    private final int bits;
    private final int tokens;
    private final int lowest;
    private final int highest;
    private final Histogram codes;
    private final Histogram floats;
    private final double[] power = new double[2];
    private final double[] ownPower = new double[2];
    private long elements;
    private long saturated;

    Sums(TensorReference tensor, Quantization quantization, String name) {
      this.tensor = tensor;
      bits = bits(quantization, name);
      tokens = quantization.model().shape().tokens();
      boolean logarithms = tensor.kind() == TensorReference.Kind.ATTENTION;
      lowest = logarithms ? 0 : -(1 << (bits - 1));
      highest = logarithms ? Tables.CODE_ZERO : (1 << (bits - 1)) - 1;
      codes = Histogram.between(lowest, highest);
      floats = Histogram.between(lowest, highest);
    }

    /**
     * @param accumulated whether the codes come from the image, not from the float model's tensors
     */
    void add(float[] exact, int[] found, boolean accumulated) {
      int width = tensor.tap().columns().length;
      for (int row = 0; row * width < found.length; row++) {
        double shift = rowShift(exact, found, row, width);
        for (int c = 0; c < width; c++) {
          int i = row * width + c;
          add(exact[i] + shift, found[i], row, c, accumulated);
        }
      }
    }

    /** What makes a row of float scores comparable: softmax ignores a constant. */
    private double rowShift(float[] exact, int[] found, int row, int width) {
      if (tensor.kind() != TensorReference.Kind.SCORES) {
        return 0;
      }
      double shift = 0;
      for (int i = row * width; i < (row + 1) * width; i++) {
        shift += Math.scalb((double) found[i], exponent(row, 0)) - exact[i];
      }
      return shift / width;
    }

    private int exponent(int row, int channel) {
      return switch (tensor.kind()) {
        case SCORES -> tensor.exponent()[row / tokens];
        case LINEAR -> tensor.exponent()[channel];
        case ATTENTION -> 0;
      };
    }

    private void add(double exact, int code, int row, int channel, boolean accumulated) {
      double wanted = exact;
      double found;
      double wantedCode;
      int e = exponent(row, channel);
      if (tensor.kind() == TensorReference.Kind.ATTENTION) {
        found = code == Tables.CODE_ZERO ? 0 : Math.scalb(1.0, -code);
        wantedCode = -Math.log(Math.max(wanted, Double.MIN_NORMAL)) / Math.log(2);
      } else {
        if (tensor.kind() == TensorReference.Kind.LINEAR) {
          wanted = wanted * tensor.factor()[channel] - tensor.offset()[channel];
        }
        found = Math.scalb((double) code, e);
        wantedCode = Math.scalb(wanted, -e);
      }
      double[] sums = accumulated ? power : ownPower;
      sums[0] += wanted * wanted;
      sums[1] += (wanted - found) * (wanted - found);
      if (accumulated) {
        elements++;
        boolean end = tensor.kind() != TensorReference.Kind.ATTENTION && code == lowest;
        saturated += end || code == highest ? 1 : 0;
        codes.add(code);
        // In the bin of the code that it is rounded to.
        floats.add(Math.rint(wantedCode));
      }
    }

    TensorStatistics result(String name) {
      return new TensorStatistics(
          name,
          bits,
          range(tensor.exponent()),
          decibels(power),
          decibels(ownPower),
          (double) saturated / elements,
          codes,
          floats);
    }

    private static int[] range(int[] exponents) {
      return exponents.length == 0
          ? exponents
          : new int[] {
            Arrays.stream(exponents).min().orElseThrow(),
            Arrays.stream(exponents).max().orElseThrow()
          };
    }

    private static double decibels(double[] power) {
      return 10 * Math.log10(power[0] / power[1]);
    }
  }
}
