package org.p2vit.onnx;

import static org.p2vit.onnx.ViewRules.linear;
import static org.p2vit.onnx.ViewRules.requireInOrder;
import static org.p2vit.onnx.ViewRules.requireScale;
import static org.p2vit.onnx.ViewRules.shape;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.p2vit.model.InputException;
import org.p2vit.model.VitShape;
import org.p2vit.onnx.Source.Kind;

/**
 * Recognizes a Vision Transformer in what {@link DataPath} read, walking from the logits back to
 * the image. Every operator on the way must have its place; the first one that has none is named.
 */
final class VitMatcher {
  private final OnnxFile file;
  private final DataPath path;
  private final MatchedCodes codes;
  private final NormMatcher norms;
  private final MlpMatcher mlps;
  private final AttentionMatcher attentions;
  private Source image;

  private VitMatcher(OnnxFile file) {
    this.file = file;
    this.path = new DataPath(file);
    this.codes = new MatchedCodes(file.name, path.quantizers);
    this.norms = new NormMatcher(codes);
    this.mlps = new MlpMatcher(file.name, codes);
    this.attentions = new AttentionMatcher(file.name, codes);
  }

  /** A graph without quantizers. */
  static FloatVit match(OnnxFile file, String name) {
    VitMatcher matcher = new VitMatcher(file);
    View logits = matcher.path.run();
    matcher.path.quantizers.requireNone();
    return matcher.model(name, logits);
  }

  /** A graph with quantizers. */
  static QuantizedVit matchQuantized(OnnxFile file, String name) {
    VitMatcher matcher = new VitMatcher(file);
    View logits = matcher.path.run();
    if (matcher.path.quantizers.none()) {
      throw new InputException(
          file.name
              + ": holds no QuantizeLinear, DequantizeLinear or Quant node: a float model, which 'p2vit quantize' takes");
    }
    FloatVit vit = matcher.model(name, logits);
    return matcher.codes.vit(vit, matcher.image, file.metadata);
  }

  private FloatVit model(String name, View logits) {
    Source head = linear(logits, "the classifier", file.name);
    int classes = logits.lastDimension();
    if (logits.size() != classes) {
      throw head.node().error("one row of logits is expected, found " + shape(logits));
    }
    View headInput = head.view(0);
    requireScale(headInput, head.node());
    Source normSource = headInput.source();
    NormMatcher.Match norm = norms.match(headInput, head.node());
    boolean rowBefore = norm.input().size() == headInput.size();
    View stream = norm.input();
    boolean firstRow = headInput.startsInOrder() && stream.startsInOrder();
    if (!firstRow || headInput.size() != head.constant(1).shape()[0]) {
      throw head.node()
          .error(
              "reads something else than the class token, which must be token 0 (mean pooling is not supported)");
    }
    if (!rowBefore) {
      requireInOrder(stream, normSource.node());
    }
    int dim = headInput.size();
    List<FloatBlock> blocks = new ArrayList<>();
    Tap streamTap = Tap.plain(stream.source().tensor(), stream.source().size() / dim, dim);
    int heads = 0;
    int hidden = 0;
    Source top = stream.source();
    while (isSum(top)) {
      Source mlpSum = top;
      View[] mlpOperands = branchAndStream(mlpSum);
      MlpMatcher.Match mlp = mlps.match(mlpOperands[0]);
      Source attentionSum = mlpOperands[1].source();
      NormMatcher.Match norm2 = norms.match(mlp.input(), mlpSum.node());
      requireStream(norm2.input(), attentionSum, mlp.input().source().node());
      if (!isSum(attentionSum)) {
        throw mlpSum
            .node()
            .error("a pre-norm block is expected: attention, then MLP, each added to the stream");
      }
      View[] attentionOperands = branchAndStream(attentionSum);
      AttentionMatcher.Match attention = attentions.match(attentionOperands[0], dim);
      Source before = attentionOperands[1].source();
      NormMatcher.Match norm1 = norms.match(attention.input(), attentionSum.node());
      requireStream(norm1.input(), before, attention.input().source().node());
      int blockHidden = mlp.fc1().out();
      if (!blocks.isEmpty() && (attention.heads() != heads || blockHidden != hidden)) {
        throw mlpSum.node().error("all blocks must have the same number of heads and MLP size");
      }
      heads = attention.heads();
      hidden = blockHidden;
      blocks.add(
          new FloatBlock(
              norm1.norm(),
              attention.query(),
              attention.key(),
              attention.value(),
              attention.projection(),
              norm2.norm(),
              mlp.fc1(),
              mlp.fc2(),
              new FloatBlock.Taps(
                  codes.tap(attention.input()),
                  attention.queryTap(),
                  attention.keyTap(),
                  attention.valueTap(),
                  attention.scores(),
                  attention.attention(),
                  attention.context(),
                  codes.tap(View.of(attentionSum)),
                  codes.tap(mlp.input()),
                  mlp.preActivation(),
                  mlp.hidden(),
                  codes.tap(View.of(mlpSum)))));
      top = before;
    }
    if (blocks.isEmpty()) {
      throw top.node() == null
          ? new InputException(file.name + ": the graph has no transformer block")
          : top.node().error("the residual addition of a transformer block is expected here");
    }
    Collections.reverse(blocks);
    int[] image = file.inputShape;
    EmbeddingMatcher.Match embedding = new EmbeddingMatcher(file, codes).match(top, dim);
    this.image = embedding.image();
    VitShape shape =
        new VitShape(
            image[1],
            image[2],
            image[3],
            embedding.patchSize(),
            dim,
            blocks.size(),
            heads,
            hidden,
            classes);
    return new FloatVit(
        name,
        shape,
        file.input,
        embedding.patches(),
        embedding.position(),
        List.copyOf(blocks),
        norm.norm(),
        codes.linear(head),
        codes.tap(View.of(top)),
        codes.normTap(headInput.source(), rowBefore ? 1 : streamTap.rows(), dim),
        codes.tap(logits));
  }

  // --- Residual stream

  private static boolean isSum(Source s) {
    return s.is("Add") && s.ofTwoViews();
  }

  /** The branch that a block adds, and the stream that it is added to. */
  private View[] branchAndStream(Source sum) {
    View a = sum.view(0);
    View b = sum.view(1);
    requireInOrder(a, sum.node());
    requireInOrder(b, sum.node());
    if (a.source().is(Kind.LINEAR) == b.source().is(Kind.LINEAR)) {
      throw sum.node()
          .error("a residual addition of a linear layer's output and the stream is expected");
    }
    return a.source().is(Kind.LINEAR) ? new View[] {a, b} : new View[] {b, a};
  }

  private void requireStream(View input, Source stream, Node node) {
    requireInOrder(input, node);
    if (input.source() != stream) {
      throw node.error(
          "a pre-norm block is expected: the LayerNorm must read the stream '"
              + stream.tensor()
              + "' that its branch is added to, found '"
              + input.source().tensor()
              + "'");
    }
  }
}
