package org.p2vit.onnx;

import static org.p2vit.onnx.ViewRules.linear;
import static org.p2vit.onnx.ViewRules.requireInOrder;

/** Recognizes an MLP: two linear layers with the exact GELU between them. */
final class MlpMatcher {
  private static final double TOLERANCE = 1e-4;

  private final String file;
  private final MatchedCodes codes;

  /**
   * @param file for messages
   */
  MlpMatcher(String file, MatchedCodes codes) {
    this.file = file;
    this.codes = codes;
  }

  /** An MLP and what it reads. */
  record Match(FloatLinear fc1, FloatLinear fc2, Tap preActivation, Tap hidden, View input) {}

  Match match(View branch) {
    Source fc2 = linear(branch, "the second layer of an MLP", file);
    View activated = fc2.view(0);
    View before = gelu(activated, fc2.node());
    Source fc1 = linear(before, "the first layer of an MLP", file);
    requireInOrder(before, fc1.node());
    View input = fc1.view(0);
    requireInOrder(input, fc1.node());
    Tap hidden = codes.tap(activated);
    if (activated.source().is(OperatorNames.ACTIVATION)) {
      codes.activation(hidden, activated.source());
    }
    return new Match(codes.linear(fc1), codes.linear(fc2), codes.tap(before), hidden, input);
  }

  /** {@code 0.5 x (1 + erf(x / sqrt 2))}, or the operator. Returns x. */
  private static View gelu(View output, Node user) {
    Source s = output.source();
    Node node = s.node() == null ? user : s.node();
    if (s.is("Gelu")) {
      if (!node.text("approximate", "none").equals("none")) {
        throw node.error(
            "the tanh approximation is not supported; the exact (erf) GELU is expected");
      }
      requireInOrder(output, user);
      return s.view(0);
    }
    if (s.is(OperatorNames.ACTIVATION)) {
      requireInOrder(output, user);
      return s.view(0);
    }
    if (s.is("Mul") && s.ofTwoViews()) {
      for (int i = 0; i < 2; i++) {
        View x = s.view(i);
        View gate = s.view(1 - i);
        double factor = output.scale() * x.scale() * gate.scale();
        if (output.inOrder() && x.inOrder() && isGate(gate, x.source()) && near(factor, 0.5)) {
          return View.of(x.source());
        }
      }
    }
    throw node.error(
        "the exact GELU, 0.5 * x * (1 + erf(x / sqrt(2))), is expected between the layers of an MLP");
  }

  private static boolean isGate(View gate, Source x) {
    Source sum = gate.source();
    if (!sum.is("Add") || !sum.ofViewAndConstant() || !gate.inOrder()) {
      return false;
    }
    Constant one = sum.constant(1);
    View erf = sum.view(0);
    if (!one.scalar() || one.number(0) != 1 || !erf.source().is("Erf") || erf.scale() != 1) {
      return false;
    }
    View scaled = erf.source().view(0);
    return scaled.source() == x && scaled.inOrder() && near(scaled.scale(), Math.sqrt(0.5));
  }

  private static boolean near(double a, double b) {
    return Math.abs(a - b) <= TOLERANCE * Math.abs(b);
  }
}
