package org.p2vit.generator.search;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.p2vit.generator.Logits;
import org.p2vit.golden.GoldenModel;
import org.p2vit.image.Image;
import org.p2vit.image.ImageSource;
import org.p2vit.image.InputCodes;
import org.p2vit.model.Preprocessing;
import org.p2vit.onnx.FloatVit;
import org.p2vit.onnx.PerturbedReference;
import org.p2vit.onnx.Tap;
import org.p2vit.quantize.Progress;
import org.p2vit.quantize.Quantization;

/**
 * What 4 bits in groups of layers cost, predicted from the curvature of the loss at the float
 * model.
 *
 * <p>The loss is the Kullback-Leibler divergence of the model's softmax from the float model's. Its
 * gradient there is zero and its Hessian {@code H = E[J' F J]} with {@code J} the derivative of the
 * logits by the weights and {@code F = diag(p) - pp'} that of the loss by the logits (Gauss-Newton,
 * here also the Fisher matrix; Martens, arXiv 1412.1193). So weights that are off by {@code dW}
 * cost {@code 1/2 dW' H dW}: the term of HAWQ-V2 (arXiv 1911.03852), which estimates it as {@code
 * tr(H) |dW|^2}. Here it is measured with the rounding errors themselves: {@code J dW_g}, what
 * group g's errors do to the logits, is a finite difference of two forward passes. As this is a
 * vector and not a number, the terms between groups come for free:
 *
 * <pre>
 * M[g][h] = 1/2 E[(J dW_g)' F (J dW_h)],   predicted loss = sum of M over all pairs of groups at 4 bits
 * </pre>
 *
 * <p>(CLADO, arXiv 2307.05657, needs a forward pass for each pair.)
 *
 * @param matrix M, groups x groups, symmetric
 */
record Sensitivity(double[][] matrix) {

  /**
   * Measures it.
   *
   * @param reference opened with {@link LayerErrors#taps}
   * @param images labels are not needed
   */
  static Sensitivity measure(
      FloatVit vit,
      PerturbedReference reference,
      Quantization narrow,
      Quantization wide,
      ImageSource images,
      Progress progress) {
    LayerErrors errors = new LayerErrors(vit, narrow, wide);
    GoldenModel golden = new GoldenModel(wide.model());
    Preprocessing preprocessing = wide.model().preprocessing();
    int groups = LayerGroup.of(vit.shape()).size();
    double[][] matrix = new double[groups][groups];
    for (int i = 0; i < images.count(); i++) {
      Image image = images.image(i);
      Map<String, int[]> codes = new HashMap<>();
      golden.logits(
          InputCodes.of(image, preprocessing, vit.shape()),
          (tensor, shape, values) -> {
            if (errors.wants(tensor)) {
              codes.put(tensor, values);
            }
          });
      float[] pixels = image.normalized(preprocessing);
      float[] exact = reference.logits(pixels, Map.of());
      List<float[]> changes = new ArrayList<>();
      for (int g = 0; g < groups; g++) {
        Map<Tap, float[]> terms = errors.of(g, codes);
        float[] atLogits = terms.get(vit.logitsTap());
        changes.add(
            atLogits != null ? atLogits : difference(reference.logits(pixels, terms), exact));
        progress.at("sensitivity", i * groups + g + 1, images.count() * groups);
      }
      accumulate(matrix, exact, changes, images.count());
    }
    return new Sensitivity(matrix);
  }

  private static float[] difference(float[] a, float[] b) {
    float[] d = new float[a.length];
    for (int c = 0; c < d.length; c++) {
      d[c] = a[c] - b[c];
    }
    return d;
  }

  /** Adds {@code 1/2 d_g' F d_h} for all pairs of changes of the logits. */
  static void accumulate(double[][] matrix, float[] logits, List<float[]> changes, int images) {
    double[] p = Logits.logSoftmax(Logits.real(logits));
    for (int c = 0; c < p.length; c++) {
      p[c] = Math.exp(p[c]);
    }
    double[][] rows = new double[changes.size()][p.length];
    for (int g = 0; g < rows.length; g++) {
      double mean = 0;
      for (int c = 0; c < p.length; c++) {
        mean += p[c] * changes.get(g)[c];
      }
      for (int c = 0; c < p.length; c++) {
        rows[g][c] = Math.sqrt(p[c]) * (changes.get(g)[c] - mean);
      }
    }
    for (int g = 0; g < rows.length; g++) {
      for (int h = 0; h < rows.length; h++) {
        double sum = 0;
        for (int c = 0; c < p.length; c++) {
          sum += rows[g][c] * rows[h][c];
        }
        matrix[g][h] += sum / 2 / images;
      }
    }
  }

  int groups() {
    return matrix.length;
  }

  /** Of a group alone at 4 bits. */
  double alone(int group) {
    return matrix[group][group];
  }

  /** Loss to expect, in nats. */
  double predict(Allocation allocation) {
    double sum = 0;
    for (int g = 0; g < matrix.length; g++) {
      if (!allocation.wide(g)) {
        for (int h = 0; h < matrix.length; h++) {
          sum += allocation.wide(h) ? 0 : matrix[g][h];
        }
      }
    }
    return sum;
  }

  /** By how much 8 bits in a group instead of 4 lower the loss, all others as they are. */
  double gain(Allocation allocation, int group) {
    double sum = matrix[group][group];
    for (int h = 0; h < matrix.length; h++) {
      sum += h == group || allocation.wide(h) ? 0 : 2 * matrix[group][h];
    }
    return sum;
  }
}
