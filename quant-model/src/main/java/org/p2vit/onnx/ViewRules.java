package org.p2vit.onnx;

import java.util.Arrays;
import org.p2vit.model.InputException;
import org.p2vit.onnx.Source.Kind;

/** What matchers ask of the tensors that an operator reads. */
final class ViewRules {
  private ViewRules() {}

  /**
   * The linear layer that made a view.
   *
   * @param file for the message if there is none
   */
  static Source linear(View v, String what, String file) {
    Source s = v.source();
    if (!s.is(Kind.LINEAR)) {
      throw s.node() == null
          ? new InputException(file + ": " + what + " is expected, found the image")
          : s.node().error("a linear layer (MatMul and Add, or Gemm) is expected here: " + what);
    }
    return s;
  }

  static Node nodeOf(Source s, Source user) {
    return s.node() == null ? user.node() : s.node();
  }

  static void requireInOrder(View v, Node user) {
    requireScale(v, user);
    if (!v.inOrder()) {
      throw user.error(
          "input '" + v.tensor() + "' has its elements in an unexpected order or number");
    }
  }

  static void requireScale(View v, Node user) {
    if (v.scale() != 1) {
      throw user.error(
          "input '"
              + v.tensor()
              + "' is multiplied by "
              + v.scale()
              + ", which is not expected here");
    }
  }

  static String shape(View v) {
    return Arrays.toString(v.shape());
  }
}
