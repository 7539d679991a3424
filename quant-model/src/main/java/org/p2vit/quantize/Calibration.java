package org.p2vit.quantize;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.p2vit.image.Image;
import org.p2vit.image.ImageSource;
import org.p2vit.model.InputException;
import org.p2vit.model.Preprocessing;
import org.p2vit.model.VitShape;
import org.p2vit.onnx.FloatBlock;
import org.p2vit.onnx.FloatReference;
import org.p2vit.onnx.FloatVit;
import org.p2vit.onnx.Tap;

/**
 * What the float model's tensors hold for some images: the same sample of tokens of every tensor,
 * the class token always among them.
 */
public final class Calibration {
  /** Images that are enough, as a rule; more change little. */
  public static final int DEFAULT_IMAGES = 64;

  private static final int ROWS = 1024;
  private static final long SEED = 20260101;

  private final FloatVit vit;
  private final double[] mean;
  private final double[] std;
  private final Map<Tap, Samples> samples = new HashMap<>();
  private final Map<Tap, Float> magnitudes = new HashMap<>();
  private Samples classTokens;
  private Samples logits;
  private Samples patches;

  private Calibration(FloatVit vit, double[] mean, double[] std) {
    this.vit = vit;
    this.mean = mean;
    this.std = std;
  }

  /** The tensors that calibration looks at, to open the {@link FloatReference} with. */
  public static List<Tap> taps(FloatVit vit) {
    List<Tap> taps = new ArrayList<>();
    taps.add(vit.embedTap());
    for (FloatBlock block : vit.blocks()) {
      FloatBlock.Taps t = block.taps();
      taps.addAll(
          List.of(
              t.norm1(),
              t.query(),
              t.key(),
              t.value(),
              t.scores(),
              t.context(),
              t.residual1(),
              t.norm2(),
              t.preActivation(),
              t.hidden(),
              t.residual2()));
    }
    taps.add(vit.normTap());
    taps.add(vit.logitsTap());
    return taps;
  }

  /**
   * Runs the float model on images.
   *
   * @param reference opened with {@link #taps}
   * @param mean of pixels, one an image channel
   * @param std one an image channel
   */
  public static Calibration collect(
      FloatVit vit,
      FloatReference reference,
      ImageSource images,
      double[] mean,
      double[] std,
      Progress progress) {
    checkNormalization(vit.shape(), mean, std);
    if (images.count() == 0) {
      throw new InputException("calibration needs at least one image");
    }
    Calibration calibration = new Calibration(vit, mean.clone(), std.clone());
    calibration.run(reference, images, progress);
    return calibration;
  }

  private static void checkNormalization(VitShape shape, double[] mean, double[] std) {
    if (mean.length != shape.imageChannels() || std.length != shape.imageChannels()) {
      throw new InputException(
          "mean has "
              + mean.length
              + " and std "
              + std.length
              + " values; the model's images have "
              + shape.imageChannels()
              + " channels");
    }
    for (double s : std) {
      if (!(s > 0) || Double.isInfinite(s)) {
        throw new InputException("std " + s + "; positive numbers are accepted");
      }
    }
  }

  private void run(FloatReference reference, ImageSource images, Progress progress) {
    VitShape shape = vit.shape();
    int count = images.count();
    int perImage = Math.min(shape.tokens(), Math.max(4, ROWS / count));
    List<Tap> taps = taps(vit);
    Map<Tap, float[]> rows = new LinkedHashMap<>();
    Random random = new Random(SEED);
    Preprocessing normalize = new Preprocessing(mean, std, 0);
    classTokens = new Samples(count, shape.dim(), new float[count * shape.dim()]);
    logits = new Samples(count, shape.classes(), new float[count * shape.classes()]);
    float[] patchRows = new float[count * perImage * shape.patchDim()];
    for (int i = 0; i < count; i++) {
      Image image = images.image(i);
      image.requireShape(shape);
      float[] pixels = image.normalized(normalize);
      int[] tokens = tokens(random, shape.tokens(), perImage);
      Map<Tap, float[]> results = reference.run(pixels, taps);
      for (Tap tap : taps) {
        float[] all = results.get(tap);
        float max = magnitude(image, tap, all);
        magnitudes.merge(tap, max, Math::max);
        if (tap == vit.normTap()) {
          System.arraycopy(all, 0, classTokens.values(), i * shape.dim(), shape.dim());
        } else if (tap == vit.logitsTap()) {
          System.arraycopy(all, 0, logits.values(), i * shape.classes(), shape.classes());
        } else {
          keep(rows, tap, all, tokens, i, count);
        }
      }
      for (int k = 0; k < perImage; k++) {
        int patch = tokens[k] == 0 ? random.nextInt(shape.patches()) : tokens[k] - 1;
        copyPatch(shape, pixels, patch, patchRows, (i * perImage + k) * shape.patchDim());
      }
      progress.at("calibrate", i + 1, count);
    }
    rows.forEach(
        (tap, values) -> {
          int width = tap.columns().length;
          samples.put(tap, new Samples(values.length / width, width, values));
        });
    patches = new Samples(count * perImage, shape.patchDim(), patchRows);
  }

  private static float magnitude(Image image, Tap tap, float[] values) {
    float max = 0;
    for (float v : values) {
      if (!Float.isFinite(v)) {
        throw new InputException(
            image.name() + ": the float model's tensor '" + tap.tensor() + "' holds " + v);
      }
      max = Math.max(max, Math.abs(v));
    }
    return max;
  }

  /** Token 0 and others, without repetition. */
  private static int[] tokens(Random random, int all, int wanted) {
    int[] order = new int[all];
    for (int i = 0; i < all; i++) {
      order[i] = i;
    }
    for (int i = 1; i < wanted; i++) {
      int j = i + random.nextInt(all - i);
      int swap = order[i];
      order[i] = order[j];
      order[j] = swap;
    }
    return java.util.Arrays.copyOf(order, wanted);
  }

  /** A tensor with more rows than tokens has them once a head; head h's rows follow head h-1's. */
  private void keep(
      Map<Tap, float[]> rows, Tap tap, float[] all, int[] tokens, int image, int images) {
    int width = tap.columns().length;
    int tokenCount = vit.shape().tokens();
    int groups = tap.rows() / tokenCount;
    int perImage = groups * tokens.length * width;
    float[] kept = rows.computeIfAbsent(tap, t -> new float[images * perImage]);
    int at = image * perImage;
    for (int token : tokens) {
      for (int g = 0; g < groups; g++) {
        System.arraycopy(all, (g * tokenCount + token) * width, kept, at, width);
        at += width;
      }
    }
  }

  private static void copyPatch(VitShape s, float[] pixels, int patch, float[] to, int at) {
    int p = s.patchSize();
    int across = s.imageWidth() / p;
    int top = patch / across * p;
    int left = patch % across * p;
    int next = at;
    for (int c = 0; c < s.imageChannels(); c++) {
      for (int y = top; y < top + p; y++) {
        int from = (c * s.imageHeight() + y) * s.imageWidth() + left;
        System.arraycopy(pixels, from, to, next, p);
        next += p;
      }
    }
  }

  FloatVit vit() {
    return vit;
  }

  double[] mean() {
    return mean.clone();
  }

  double[] std() {
    return std.clone();
  }

  /** Sampled tokens' rows; for scores, a row a head, the heads of a token one after another. */
  Samples of(Tap tap) {
    return samples.get(tap);
  }

  /** Largest magnitude in all rows, sampled or not. */
  float magnitude(Tap tap) {
    return magnitudes.get(tap);
  }

  /** Row 0 of the final LayerNorm's output. */
  Samples classTokens() {
    return classTokens;
  }

  Samples logits() {
    return logits;
  }

  /** Normalized pixels of the patches. */
  Samples patches() {
    return patches;
  }
}
