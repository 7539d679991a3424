package org.p2vit.onnx;

import java.util.ArrayList;
import java.util.Arrays;
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
  private static final double TOLERANCE = 1e-4;

  private final OnnxFile file;
  private final DataPath path;
  private final MatchedCodes codes;
  private Source image;

  private VitMatcher(OnnxFile file) {
    this.file = file;
    this.path = new DataPath(file);
    this.codes = new MatchedCodes(file.name, path.quantizers);
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

  /** A LayerNorm and the view it works on. */
  private record NormMatch(View input, FloatNorm norm) {}

  /** What an attention or MLP branch reads, and the parts of the block it makes. */
  private record AttentionMatch(
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

  private record MlpMatch(
      FloatLinear fc1, FloatLinear fc2, Tap preActivation, Tap hidden, View input) {}

  private record Embedding(FloatLinear patches, float[] position, int patchSize) {}

  private FloatVit model(String name, View logits) {
    Source head = linear(logits, "the classifier");
    int classes = logits.lastDimension();
    if (logits.size() != classes) {
      throw head.node().error("one row of logits is expected, found " + shape(logits));
    }
    View headInput = head.view(0);
    requireScale(headInput, head.node());
    Source normSource = headInput.source();
    NormMatch norm = norm(headInput, head.node());
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
      MlpMatch mlp = mlp(mlpOperands[0]);
      Source attentionSum = mlpOperands[1].source();
      NormMatch norm2 = norm(mlp.input(), mlpSum.node());
      requireStream(norm2.input(), attentionSum, mlp.input().source().node());
      if (!isSum(attentionSum)) {
        throw mlpSum
            .node()
            .error("a pre-norm block is expected: attention, then MLP, each added to the stream");
      }
      View[] attentionOperands = branchAndStream(attentionSum);
      AttentionMatch attention = attention(attentionOperands[0], dim);
      Source before = attentionOperands[1].source();
      NormMatch norm1 = norm(attention.input(), attentionSum.node());
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
    Embedding embedding = embedding(top, dim);
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

  // --- LayerNorm

  private NormMatch norm(View output, Node user) {
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
      return new NormMatch(
          input,
          new FloatNorm(
              vector(s.node(), s.constant(1), dim), bias, s.node().real("epsilon", 1e-5f)));
    }
    if (s.is(OperatorNames.LAYER_NORM)) {
      View input = s.view(0);
      requireScale(input, s.node());
      return new NormMatch(input, codes.norm(s));
    }
    return decomposedNorm(s, user);
  }

  /** {@code (x - mean(x)) / sqrt(mean((x - mean(x))^2) + eps) * weight + bias}. */
  private NormMatch decomposedNorm(Source s, Node user) {
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
    return new NormMatch(input, new FloatNorm(weight, bias, sum.constant(1).number(0)));
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

  // --- MLP

  private MlpMatch mlp(View branch) {
    Source fc2 = linear(branch, "the second layer of an MLP");
    View activated = fc2.view(0);
    View before = gelu(activated, fc2.node());
    Source fc1 = linear(before, "the first layer of an MLP");
    requireInOrder(before, fc1.node());
    View input = fc1.view(0);
    requireInOrder(input, fc1.node());
    Tap hidden = codes.tap(activated);
    if (activated.source().is(OperatorNames.ACTIVATION)) {
      codes.activation(hidden, activated.source());
    }
    return new MlpMatch(codes.linear(fc1), codes.linear(fc2), codes.tap(before), hidden, input);
  }

  /** {@code 0.5 x (1 + erf(x / sqrt 2))}, or the operator. Returns x. */
  private View gelu(View output, Node user) {
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

  private boolean isGate(View gate, Source x) {
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

  // --- Attention

  private AttentionMatch attention(View branch, int dim) {
    Source projection = linear(branch, "the projection of an attention");
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
    return new AttentionMatch(
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

  private Source product(Source s, String what, Source user) {
    return product(s, what, user.node());
  }

  private Source product(Source s, String what, Node user) {
    if (!s.is("MatMul") || !s.ofTwoViews()) {
      throw (s.node() == null ? user : s.node())
          .error("the product of " + what + " is expected here (read by the " + user + ")");
    }
    return s;
  }

  /** The columns of a linear layer that make a head's query, key or value, head after head. */
  private int[] columns(
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

  // --- Embedding

  /** Class token and patches, in that order, plus position embedding. */
  private Embedding embedding(Source top, int dim) {
    Node user = top.node();
    if (user == null) {
      throw new InputException(file.name + ": a patch embedding is expected after the image");
    }
    Source concat = top;
    Constant position = null;
    if (top.is("Add") && top.ofViewAndConstant()) {
      requireInOrder(top.view(0), user);
      position = top.constant(1);
      concat = top.view(0).source();
    }
    if (!concat.is("Concat") || concat.inputs().size() != 2) {
      throw nodeOf(concat, top)
          .error(
              "the concatenation of class token and patches is expected here, or the residual addition of a block");
    }
    int[] shape = concat.shape();
    int tokens = concat.size() / dim;
    if (shape.length != 3
        || shape[2] != dim
        || !(concat.inputs().get(0) instanceof Constant token)
        || token.size() != dim) {
      throw concat
          .node()
          .error("one class token of " + dim + " channels, then the patches, is expected");
    }
    View patches = concat.view(1);
    Constant patchPosition = null;
    if (patches.source().is("Add") && patches.source().ofViewAndConstant()) {
      requireInOrder(patches, concat.node());
      patchPosition = patches.source().constant(1);
      patches = patches.source().view(0);
    }
    Source convolution = patches.source();
    boolean matrix = convolution.is(Kind.LINEAR);
    if (!convolution.is(Kind.PATCHES) && !matrix) {
      throw nodeOf(convolution, concat)
          .error("a patch embedding (a convolution whose stride is its kernel) is expected here");
    }
    requireInOrder(patches, concat.node());
    View image = convolution.view(0);
    requireScale(image, convolution.node());
    this.image = image.source();
    if (!image.source().is(Kind.IMAGE)) {
      throw image
          .source()
          .node()
          .error(
              "nothing is expected between the image and the patch embedding (normalize images before the model)");
    }
    float[] table = new float[tokens * dim];
    System.arraycopy(token.floats(), 0, table, 0, dim);
    if (patchPosition != null) {
      add(table, dim, patchPosition, new int[] {1, tokens - 1, dim}, concat.node());
    }
    if (position != null) {
      add(table, 0, position, shape, user);
    }
    Constant w = convolution.constant(1);
    int in = w.shape()[matrix ? 0 : 1];
    int side = (int) Math.round(Math.sqrt((double) in / file.inputShape[1]));
    if (matrix) {
      requirePatches(image, in, side, convolution.node());
      return new Embedding(codes.linear(convolution), table, side);
    }
    requireInOrder(image, convolution.node());
    FloatLinear layer = codes.linear(convolution, in, Shapes.identity(dim), w, 1);
    return new Embedding(layer, table, side);
  }

  /** Each row of a matrix is a patch: channel, row, column. */
  private void requirePatches(View image, int in, int side, Node node) {
    int height = file.inputShape[2];
    int width = file.inputShape[3];
    boolean fits =
        in == file.inputShape[1] * side * side
            && height % side == 0
            && width % side == 0
            && image.size() == file.inputShape[1] * height * width;
    for (int i = 0; fits && i < image.size(); i++) {
      int patch = i / in;
      int channel = i % in / (side * side);
      int row = patch / (width / side) * side + i / side % side;
      int column = patch % (width / side) * side + i % side;
      fits = image.from(i) == (channel * height + row) * width + column;
    }
    if (!fits) {
      throw node.error(
          "reads the image, but its rows are not the patches, each channel by channel, row by row");
    }
  }

  private static void add(float[] table, int from, Constant c, int[] shape, Node node) {
    int[] all = Shapes.broadcast(c.shape(), shape);
    if (!Arrays.equals(all, shape)) {
      throw node.error(
          "a position embedding of "
              + Arrays.toString(shape)
              + " is expected, found "
              + Arrays.toString(c.shape()));
    }
    int[] map = Shapes.broadcastMap(c.shape(), shape);
    for (int i = 0; i < map.length; i++) {
      table[from + i] += (float) c.number(map[i]);
    }
  }

  // --- Linear layers and views

  private Source linear(View v, String what) {
    Source s = v.source();
    if (!s.is(Kind.LINEAR)) {
      throw s.node() == null
          ? new InputException(file.name + ": " + what + " is expected, found the image")
          : s.node().error("a linear layer (MatMul and Add, or Gemm) is expected here: " + what);
    }
    return s;
  }

  private static Node nodeOf(Source s, Source user) {
    return s.node() == null ? user.node() : s.node();
  }

  private static void requireInOrder(View v, Node user) {
    requireScale(v, user);
    if (!v.inOrder()) {
      throw user.error(
          "input '" + v.tensor() + "' has its elements in an unexpected order or number");
    }
  }

  private static void requireScale(View v, Node user) {
    if (v.scale() != 1) {
      throw user.error(
          "input '"
              + v.tensor()
              + "' is multiplied by "
              + v.scale()
              + ", which is not expected here");
    }
  }

  private static String shape(View v) {
    return Arrays.toString(v.shape());
  }
}
