package org.p2vit.onnx.qdq;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.p2vit.image.Image;
import org.p2vit.image.ImageSource;
import org.p2vit.model.InputException;
import org.p2vit.model.ModelValidator;
import org.p2vit.model.Preprocessing;
import org.p2vit.onnx.FloatBlock;
import org.p2vit.onnx.FloatReference;
import org.p2vit.onnx.FloatVit;
import org.p2vit.onnx.QuantizedVit;
import org.p2vit.onnx.Tap;
import org.p2vit.quantize.Progress;

/**
 * Scales of tensors that a graph does not quantize, from what they hold for some images: one a
 * tensor, one a head for scores. The weights that read a tensor are quantized already, so that a
 * scale a channel is not to be had.
 */
final class MissingScales {
  /** Candidates; what is beyond is no activation of a sane network. */
  private static final int MIN_EXPONENT = -24;

  private static final int MAX_EXPONENT = 12;

  /** Head room of the residual stream over what calibration saw. */
  private static final double MARGIN = 1.25;

  /** Every so manieth value of a tensor counts for the least squares. */
  private static final int STRIDE = 3;

  /**
   * A tensor to choose a scale for.
   *
   * @param groups that have a scale each: 1, or the heads
   * @param stream whether it is of the residual stream, which must not be clipped
   */
  private record Wanted(String name, Tap tap, int groups, boolean stream) {}

  private final QuantizedVit source;
  private final List<Wanted> wanted = new ArrayList<>();

  MissingScales(QuantizedVit source) {
    this.source = source;
    FloatVit vit = source.vit();
    want("embed", vit.embedTap(), 1, true);
    for (int i = 0; i < vit.blocks().size(); i++) {
      FloatBlock.Taps t = vit.blocks().get(i).taps();
      String at = "blocks." + i + ".";
      want(at + "norm1", t.norm1(), 1, false);
      want(at + "query", t.query(), 1, false);
      want(at + "key", t.key(), 1, false);
      want(at + "value", t.value(), 1, false);
      want(at + "scores", t.scores(), vit.shape().heads(), false);
      want(at + "context", t.context(), 1, false);
      want(at + "residual1", t.residual1(), 1, true);
      want(at + "norm2", t.norm2(), 1, false);
      want(at + "hidden", t.hidden(), 1, false);
      want(at + "residual2", t.residual2(), 1, true);
    }
    want("norm", vit.normTap(), 1, false);
  }

  private void want(String name, Tap tap, int groups, boolean stream) {
    if (!source.tensors().get(tap).quantized()) {
      wanted.add(new Wanted(name, tap, groups, stream));
    }
  }

  /** Names of the tensors, in the order of computation. */
  List<String> names() {
    return wanted.stream().map(Wanted::name).toList();
  }

  /** The error for the first of them. */
  InputException error() {
    Wanted first = wanted.get(0);
    InputException e = TensorScales.missing(first.name(), source.tensors().get(first.tap()));
    int more = wanted.size() - 1;
    return more == 0
        ? e
        : new InputException(
            e.getMessage() + " (" + more + " other tensors are without one, too)", e);
  }

  /**
   * Runs the graph on images.
   *
   * @param onnx the graph's file
   * @return exponents by tensor, by identity
   */
  Map<Tap, int[]> choose(
      byte[] onnx, ImageSource images, Preprocessing preprocessing, Progress progress) {
    List<Tap> taps = wanted.stream().map(Wanted::tap).toList();
    Map<Tap, Observed[]> observed = new HashMap<>();
    byte[] executable = QonnxFunctions.add(onnx);
    try (FloatReference reference =
        FloatReference.open(source.file(), executable, source.vit(), taps)) {
      for (int i = 0; i < images.count(); i++) {
        Image image = images.image(i);
        image.requireShape(source.vit().shape());
        Map<Tap, float[]> values = reference.run(image.normalized(preprocessing), taps);
        for (Wanted w : wanted) {
          observe(
              observed.computeIfAbsent(w.tap(), t -> observers(w.groups())),
              values.get(w.tap()),
              image.name() + ": '" + w.name() + "'");
        }
        progress.at("calibrate", i + 1, images.count());
      }
    }
    int bits = ResidualScales.bits(source);
    Map<Tap, int[]> exponents = new IdentityHashMap<>();
    for (Wanted w : wanted) {
      int[] chosen =
          Arrays.stream(observed.get(w.tap()))
              .mapToInt(o -> w.stream() ? o.unclipped(bits) : o.best(w.groups() > 1))
              .toArray();
      exponents.put(w.tap(), chosen);
    }
    return exponents;
  }

  private static Observed[] observers(int groups) {
    Observed[] observers = new Observed[groups];
    Arrays.setAll(observers, g -> new Observed());
    return observers;
  }

  private static void observe(Observed[] groups, float[] values, String what) {
    int each = values.length / groups.length;
    for (int i = 0; i < values.length; i++) {
      if (!Float.isFinite(values[i])) {
        throw new InputException(what + " holds " + values[i]);
      }
      groups[i / each].add(values[i], i % STRIDE == 0);
    }
  }

  /** What a group of values showed. */
  private static final class Observed {
    private final double[] error = new double[MAX_EXPONENT - MIN_EXPONENT + 1];
    private float largest;

    private void add(float v, boolean count) {
      largest = Math.max(largest, Math.abs(v));
      for (int e = 0; count && e < error.length; e++) {
        float unit = Math.scalb(1f, e + MIN_EXPONENT);
        float code = (float) Math.rint(v / unit);
        float d = v - Math.max(-128, Math.min(127, code)) * unit;
        error[e] += (double) d * d;
      }
    }

    /** Least squares of 8 bits. */
    private int best(boolean scores) {
      int low = scores ? ModelValidator.MIN_SCORE_EXPONENT : MIN_EXPONENT;
      int high = scores ? ModelValidator.MAX_SCORE_EXPONENT : MAX_EXPONENT;
      int best = largest == 0 ? 0 : low;
      for (int e = low; largest > 0 && e <= high; e++) {
        if (error[e - MIN_EXPONENT] < error[best - MIN_EXPONENT]) {
          best = e;
        }
      }
      return best;
    }

    /** The smallest exponent that clips nothing, with some room. */
    private int unclipped(int bits) {
      double max = MARGIN * largest;
      int e = MIN_EXPONENT;
      while (Math.scalb((double) (1 << (bits - 1)) - 1, e) < max) {
        e++;
      }
      return largest == 0 ? 0 : e;
    }
  }
}
