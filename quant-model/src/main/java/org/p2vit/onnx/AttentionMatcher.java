package org.p2vit.onnx;

import static org.p2vit.onnx.ViewRules.linear;
import static org.p2vit.onnx.ViewRules.nodeOf;
import static org.p2vit.onnx.ViewRules.requireInOrder;
import static org.p2vit.onnx.ViewRules.requireScale;
import static org.p2vit.onnx.ViewRules.shape;

import java.util.Arrays;
import java.util.List;
import org.p2vit.onnx.Source.Kind;

/** Recognizes an attention: from its projection back to what queries, keys and values read. */
final class AttentionMatcher {
  private final String file;
  private final MatchedCodes codes;

  /**
   * @param file for messages
   */
  AttentionMatcher(String file, MatchedCodes codes) {
    this.file = file;
    this.codes = codes;
  }

  /** An attention and what it reads. */
  record Match(
      int heads,
      FloatLinear query,
      FloatLinear key,
      FloatLinear value,
      FloatLinear projection,
      Tap queryTap,
      Tap keyTap,
      Tap valueTap,
      Tap scores,
      Tap attention,
      Tap context,
      View input) {}

  Match match(View branch, int dim) {
    Source projection = linear(branch, "the projection of an attention", file);
    View context = projection.view(0);
    requireScale(context, projection.node());
    Source contextProduct = product(context.source(), "attention times values", projection.node());
    int[] s = contextProduct.shape();
    int headDim = s[s.length - 1];
    int tokens = s[s.length - 2];
    int heads = contextProduct.size() / (headDim * tokens);
    if (heads * headDim != dim || context.size() != tokens * dim) {
      throw contextProduct
          .node()
          .error(
              "its result " + Arrays.toString(s) + " does not have " + dim + " channels a token");
    }
    for (int i = 0; i < context.size(); i++) {
      int channel = i % dim;
      int expected = (channel / headDim * tokens + i / dim) * headDim + channel % headDim;
      if (context.from(i) != expected) {
        throw projection
            .node()
            .error("its input must be the heads' contexts side by side, token by token");
      }
    }
    View probabilities = contextProduct.view(0);
    View values = contextProduct.view(1);
    requireInOrder(probabilities, contextProduct.node());
    Source softmax = probabilities.source();
    boolean log2 = softmax.is(OperatorNames.SOFTMAX);
    if (!softmax.is("Softmax") && !log2) {
      throw nodeOf(softmax, contextProduct)
          .error("a Softmax is expected before the product with the values");
    }
    int rank = softmax.shape().length;
    int defaultAxis = softmax.node().opset() < 13 && !log2 ? 1 : -1;
    if (Shapes.axis(softmax.node().integer("axis", defaultAxis), rank) != rank - 1) {
      throw softmax.node().error("softmax over the last axis is expected");
    }
    View scores = softmax.view(0);
    Source scoreProduct = product(scores.source(), "queries times keys", softmax.node());
    if (!scores.inOrder() || scores.size() != heads * tokens * tokens) {
      throw scoreProduct
          .node()
          .error("scores of " + heads + " heads x " + tokens + " x " + tokens + " are expected");
    }
    View q = scoreProduct.view(0);
    View k = scoreProduct.view(1);
    // Exporters multiply queries and keys by the root of 1/sqrt(d) each.
    double scale = Quantizer.snapped(scores.scale() * q.scale() * k.scale());
    int[] qColumns = columns(q, heads, tokens, headDim, false, scoreProduct.node(), "query");
    int[] kColumns = columns(k, heads, tokens, headDim, true, scoreProduct.node(), "key");
    int[] vColumns = columns(values, heads, tokens, headDim, false, contextProduct.node(), "value");
    requireScale(values, contextProduct.node());
    View input = q.source().view(0);
    requireInOrder(input, q.source().node());
    for (View other : List.of(k, values)) {
      View otherInput = other.source().view(0);
      requireInOrder(otherInput, other.source().node());
      if (otherInput.source() != input.source()) {
        throw other
            .source()
            .node()
            .error("queries, keys and values must be made from the same tensor");
      }
    }
    return new Match(
        heads,
        codes.linear(q.source(), qColumns, scale),
        codes.linear(k.source(), kColumns, 1),
        codes.linear(values.source(), vColumns, 1),
        codes.linear(projection),
        codes.scaled(codes.columnTap(q.source(), qColumns), scale),
        codes.columnTap(k.source(), kColumns),
        codes.columnTap(values.source(), vColumns),
        codes.scaled(codes.tap(View.of(scoreProduct)), scores.scale()),
        codes.tap(probabilities),
        codes.tap(context),
        input);
  }

  private static Source product(Source s, String what, Source user) {
    return product(s, what, user.node());
  }

  private static Source product(Source s, String what, Node user) {
    if (!s.is("MatMul") || !s.ofTwoViews()) {
      throw (s.node() == null ? user : s.node())
          .error("the product of " + what + " is expected here (read by the " + user + ")");
    }
    return s;
  }

  /** The columns of a linear layer that make a head's query, key or value, head after head. */
  private static int[] columns(
      View v, int heads, int tokens, int headDim, boolean transposed, Node user, String what) {
    Source s = v.source();
    if (!s.is(Kind.LINEAR)) {
      throw (s.node() == null ? user : s.node())
          .error(
              "the linear layer that makes the "
                  + what
                  + " is expected here (read by the "
                  + user
                  + ")");
    }
    int width = s.shape()[s.shape().length - 1];
    int[] shape = v.shape();
    int rows = shape[shape.length - (transposed ? 1 : 2)];
    int columns = shape[shape.length - (transposed ? 2 : 1)];
    if (v.size() != heads * tokens * headDim || rows != tokens || columns != headDim) {
      throw user.error(
          "the "
              + what
              + " has shape "
              + shape(v)
              + ", expected "
              + heads
              + " heads x "
              + tokens
              + " x "
              + headDim);
    }
    int[] result = new int[heads * headDim];
    for (int h = 0; h < heads; h++) {
      for (int j = 0; j < headDim; j++) {
        int column = v.from(transposed ? (h * headDim + j) * tokens : h * tokens * headDim + j);
        result[h * headDim + j] = column;
        for (int t = 0; t < tokens; t++) {
          int at = transposed ? (h * headDim + j) * tokens + t : (h * tokens + t) * headDim + j;
          if (column >= width || v.from(at) != t * width + column) {
            throw user.error(
                "the " + what + "'s elements are not one column of a linear layer a channel");
          }
        }
      }
    }
    return result;
  }
}
