package org.p2vit.onnx;

import static org.p2vit.onnx.ViewRules.requireScale;

import java.util.Arrays;
import org.p2vit.model.InputException;

/** Recognizes a LayerNorm: the operator, p2vit's own, or what exporters make of it. */
final class NormMatcher {
  private final MatchedCodes codes;

  NormMatcher(MatchedCodes codes) {
    this.codes = codes;
  }

  /** A LayerNorm and the view it works on. */
  record Match(View input, FloatNorm norm) {}

  Match match(View output, Node user) {
    Source s = output.source();
    requireScale(output, user);
    if (s.is("LayerNormalization")) {
      int axis = Shapes.axis(s.node().integer("axis", -1), s.shape().length);
      if (axis != s.shape().length - 1) {
        throw s.node().error("normalization over the last axis is expected");
      }
      int dim = s.shape()[axis];
      float[] bias = s.inputs().size() > 2 ? vector(s.node(), s.constant(2), dim) : new float[dim];
      View input = s.view(0);
      requireScale(input, s.node());
      return new Match(
          input,
          new FloatNorm(
              vector(s.node(), s.constant(1), dim), bias, s.node().real("epsilon", 1e-5f)));
    }
    if (s.is(OperatorNames.LAYER_NORM)) {
      View input = s.view(0);
      requireScale(input, s.node());
      return new Match(input, codes.norm(s));
    }
    return decomposed(s, user);
  }

  /** {@code (x - mean(x)) / sqrt(mean((x - mean(x))^2) + eps) * weight + bias}. */
  private Match decomposed(Source s, Node user) {
    Source scaled = s;
    int dim = s.shape()[s.shape().length - 1];
    float[] bias = new float[dim];
    if (s.is("Add") && s.ofViewAndConstant()) {
      bias = vector(s.node(), s.constant(1), dim);
      scaled = s.view(0).source();
    }
    if (!scaled.is("Mul") || !scaled.ofViewAndConstant()) {
      throw notNorm(s, user);
    }
    float[] weight = vector(scaled.node(), scaled.constant(1), dim);
    Source quotient = scaled.view(0).source();
    if (!quotient.is("Div") || !quotient.ofTwoViews()) {
      throw notNorm(quotient, user);
    }
    Source centered = quotient.view(0).source();
    Source root = quotient.view(1).source();
    if (!centered.is("Sub") || !centered.ofTwoViews() || !root.is("Sqrt")) {
      throw notNorm(quotient, user);
    }
    Source sum = root.view(0).source();
    if (!sum.is("Add") || !sum.ofViewAndConstant() || !sum.constant(1).scalar()) {
      throw notNorm(root, user);
    }
    Source variance = sum.view(0).source();
    Source square = variance.is("ReduceMean") ? variance.view(0).source() : variance;
    View input = centered.view(0);
    View mean = centered.view(1);
    boolean matches =
        variance.is("ReduceMean")
            && isSquare(square, centered)
            && mean.source().is("ReduceMean")
            && sameElements(mean.source().view(0), input)
            && allPlain(
                input, scaled, quotient, root, sum, variance, square, centered, mean.source());
    if (!matches) {
      throw notNorm(s, user);
    }
    requireScale(input, centered.node());
    return new Match(input, new FloatNorm(weight, bias, sum.constant(1).number(0)));
  }

  private static boolean isSquare(Source square, Source of) {
    boolean power =
        square.is("Pow")
            && square.ofViewAndConstant()
            && square.constant(1).scalar()
            && square.constant(1).number(0) == 2;
    boolean product = square.is("Mul") && square.ofTwoViews() && square.view(1).source() == of;
    return (power || product) && square.view(0).source() == of;
  }

  private static boolean sameElements(View a, View b) {
    return a.source() == b.source() && a.scale() == b.scale() && Arrays.equals(a.map(), b.map());
  }

  /**
   * Every operand that depends on the image has factor 1 and its elements in order. Only what the
   * LayerNorm reads may be a part of a tensor.
   */
  private static boolean allPlain(View input, Source... sources) {
    for (Source s : sources) {
      for (Value v : s.inputs()) {
        if (v instanceof View view
            && (view.scale() != 1 || !(view.inOrder() || sameElements(view, input)))) {
          return false;
        }
      }
    }
    return true;
  }

  private InputException notNorm(Source s, Node user) {
    return s.node() == null
        ? user.error("reads the image; a LayerNorm's output is expected")
        : s.node().error("a LayerNorm is expected here (its output is read by the " + user + ")");
  }

  private static float[] vector(Node node, Constant c, int size) {
    if (c.size() != size) {
      throw node.error("a constant has " + c.size() + " values, expected " + size);
    }
    return c.floats();
  }
}
