package org.p2vit.onnx;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What quantizers and limits say of a {@link Source}'s elements. */
final class SourceCodes {
  /** The exponent of an element that no quantizer reads. */
  static final int NONE = Integer.MIN_VALUE;

  final int[] exponents;
  private Quantizer first;
  private String problem;
  private final List<Quantizer> further = new ArrayList<>();
  private Node limit;
  private Node lateLimit;
  private double[] max;

  SourceCodes(int size) {
    exponents = new int[size];
    Arrays.fill(exponents, NONE);
  }

  /** A quantizer reads some of the elements; the first that does so counts. */
  void add(View view, Quantizer quantizer) {
    if (first != null && !first.type().equals(quantizer.type())) {
      further.add(quantizer);
      return;
    }
    if (!Quantizer.isPowerOfTwo(view.scale())) {
      problem =
          "quantizes '%s' times %s, which is not a power of two (the nearest is %s); fold the factor into the weights of the layer before"
              .formatted(
                  view.source().tensor(), (float) view.scale(), Quantizer.nearest(view.scale()));
    }
    int shift = Math.getExponent(view.scale());
    boolean same = true;
    for (int i = 0; i < quantizer.exponents().length; i++) {
      int at = view.from(i);
      int e = quantizer.exponents()[i] - shift;
      if (exponents[at] == NONE) {
        exponents[at] = e;
      }
      same &= exponents[at] == e;
    }
    if (!same) {
      further.add(quantizer);
    }
    first = first == null ? quantizer : first;
  }

  /**
   * Values are limited before any quantizer reads them; behind one, it is for {@link #lateLimit}.
   *
   * @param highest one an element of the view
   */
  void limit(Node node, View view, double[] highest) {
    if (first != null) {
      lateLimit = node;
      return;
    }
    if (max == null) {
      limit = node;
      max = new double[exponents.length];
      Arrays.fill(max, Double.POSITIVE_INFINITY);
    }
    for (int i = 0; i < highest.length; i++) {
      int at = view.from(i);
      max[at] = Math.min(max[at], highest[i] / view.scale());
    }
  }

  /** The first limit before a quantizer; null if there is none. */
  Node limit() {
    return limit;
  }

  /** A limit of what is quantized already, and not quantized anew; null if there is none. */
  Node lateLimit() {
    return further.isEmpty() ? lateLimit : null;
  }

  /** Null if there is none. */
  Quantizer quantizer() {
    return first;
  }

  /** Those behind the first that quantize in another way. */
  List<Quantizer> further() {
    return further;
  }

  /** Why the exponents cannot be used; null if they can. */
  String problem() {
    return problem;
  }

  /** Null if there are no limits. */
  double[] max() {
    return max;
  }
}
