package org.p2vit.onnx;

import static org.p2vit.onnx.ViewRules.nodeOf;
import static org.p2vit.onnx.ViewRules.requireInOrder;
import static org.p2vit.onnx.ViewRules.requireScale;

import java.util.Arrays;
import org.p2vit.model.InputException;
import org.p2vit.onnx.Source.Kind;

/** Recognizes what makes tokens of the image: patches, class token, position. */
final class EmbeddingMatcher {
  private final OnnxFile file;
  private final MatchedCodes codes;

  EmbeddingMatcher(OnnxFile file, MatchedCodes codes) {
    this.file = file;
    this.codes = codes;
  }

  /** An embedding and the image that it reads. */
  record Match(FloatLinear patches, float[] position, int patchSize, Source image) {}

  /** Class token and patches, in that order, plus position embedding. */
  Match match(Source top, int dim) {
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
      return new Match(codes.linear(convolution), table, side, image.source());
    }
    requireInOrder(image, convolution.node());
    FloatLinear layer = codes.linear(convolution, in, Shapes.identity(dim), w, 1);
    return new Match(layer, table, side, image.source());
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
}
