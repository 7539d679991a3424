package org.p2vit.onnx;

import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.p2vit.model.InputException;
import org.p2vit.onnx.Source.Kind;

/**
 * Reads an ONNX graph from the image to the logits: evaluates everything that does not depend on
 * the image, follows elements through reshapes, transpositions and splits, and merges biases into
 * linear layers. What is left is a graph of {@link Source}s that {@link VitMatcher} recognizes.
 */
final class DataPath {
  private final OnnxFile file;
  private final Map<String, Value> values = new HashMap<>();

  final GraphQuantizers quantizers = new GraphQuantizers();

  DataPath(OnnxFile file) {
    this.file = file;
  }

  /** Reads the graph and returns the logits. */
  View run() {
    values.putAll(file.initializers);
    values.put(
        file.input, View.of(new Source(Kind.IMAGE, null, file.input, file.inputShape, List.of())));
    Set<Node> live = live();
    for (Node node : file.nodes) {
      if (live.contains(node)) {
        evaluate(node);
      }
    }
    if (values.get(file.output) instanceof View logits) {
      return logits;
    }
    throw new InputException(
        file.name + ": output '" + file.output + "' does not depend on input '" + file.input + "'");
  }

  /** Nodes that the output depends on. */
  private Set<Node> live() {
    Set<String> needed = new HashSet<>(Set.of(file.output));
    Set<Node> live = new HashSet<>();
    for (int i = file.nodes.size() - 1; i >= 0; i--) {
      Node node = file.nodes.get(i);
      if (node.proto().getOutputList().stream().anyMatch(needed::contains)) {
        live.add(node);
        needed.addAll(node.proto().getInputList());
      }
    }
    return live;
  }

  private void evaluate(Node node) {
    String domain = node.proto().getDomain();
    boolean function = domain.equals(OperatorNames.DOMAIN);
    boolean known = domain.isEmpty() || domain.equals("ai.onnx") || function;
    if (!known && !Quantizer.is(node)) {
      throw node.error("operators of domain '" + domain + "' are not supported; export plain ONNX");
    }
    List<Value> inputs = new ArrayList<>();
    for (int i = 0; i < node.inputs(); i++) {
      String name = node.proto().getInput(i);
      Value value = values.get(name);
      if (value == null && !name.isEmpty()) {
        throw node.error("input '" + name + "' is not computed by an earlier node");
      }
      inputs.add(value);
    }
    if (inputs.isEmpty() && !node.op().equals("Constant")) {
      throw node.error("has no inputs");
    }
    if (!inputs.isEmpty() && inputs.get(0) == null) {
      throw node.error("input 0 is missing");
    }
    if (Quantizer.is(node)) {
      values.put(node.output(0), quantizers.apply(node, inputs));
      return;
    }
    if (quantizers.clips(node)) {
      values.put(node.output(0), quantizers.clip(node, view(node, inputs, 0), inputs));
      return;
    }
    quantizers.requireReal(node);
    if (function) {
      values.put(function(node), function(node, inputs));
    } else if (node.op().equals("Shape")) {
      values.put(node.output(0), Folding.shape(node, inputs.get(0).shape()));
    } else if (Movement.handles(node.op())) {
      move(node, inputs);
    } else if (inputs.stream().noneMatch(View.class::isInstance)) {
      List<Constant> constants = inputs.stream().map(Constant.class::cast).toList();
      values.put(node.output(0), Folding.apply(file, node, constants));
    } else {
      values.put(node.output(0), compute(node, inputs));
    }
  }

  private void move(Node node, List<Value> inputs) {
    Constant[] operands = new Constant[inputs.size()];
    for (int i = 1; i < operands.length; i++) {
      if (inputs.get(i) instanceof View) {
        throw node.error("input " + i + " depends on the image; a constant is expected");
      }
      operands[i] = (Constant) inputs.get(i);
    }
    Value data = inputs.get(0);
    List<Movement.Moved> moved = Movement.apply(node, data.shape(), operands);
    for (int i = 0; i < moved.size(); i++) {
      int[] shape = moved.get(i).shape();
      int[] map = moved.get(i).map();
      String name = node.output(i);
      Value result;
      if (data instanceof Constant c) {
        result = map == null ? c.reshape(shape) : c.select(shape, map);
      } else {
        View v = (View) data;
        result = map == null ? v.reshape(name, shape) : v.select(name, shape, map);
      }
      values.put(name, result);
    }
  }

  private View compute(Node node, List<Value> inputs) {
    return switch (node.op()) {
      case "Conv" -> patches(node, inputs);
      case "MatMul" -> matMul(node, inputs);
      case "Gemm" -> gemm(node, inputs);
      case "Cast" -> cast(node, view(node, inputs, 0));
      case "Mul", "Div", "Add", "Sub", "Pow" -> elementwise(node, inputs);
      case "Concat" -> concat(node, inputs);
      case "Clip", "Min", "Max" -> quantizers.limit(node, view(node, inputs, 0), inputs);
      case "ReduceMean" -> reduceMean(node, inputs);
      case "Softmax", "LayerNormalization", "Erf", "Sqrt", "Gelu" ->
          operator(node, inputs.get(0).shape(), inputs);
      default ->
          throw node.error(
              "the operator is not supported on the way from image to logits; a Vision Transformer of"
                  + " Conv, MatMul, Gemm, Add, Mul, LayerNormalization, Softmax and erf GELU is expected");
    };
  }

  private static View view(Node node, List<Value> inputs, int i) {
    if (i < inputs.size() && inputs.get(i) instanceof View v) {
      return v;
    }
    throw node.error(
        "input " + i + " is missing or constant; a tensor that depends on the image is expected");
  }

  private static Constant constant(Node node, List<Value> inputs, int i) {
    if (i < inputs.size() && inputs.get(i) instanceof Constant c) {
      return c;
    }
    throw node.error("input " + i + " is missing or not a constant; a constant is expected");
  }

  private static View operator(Node node, int[] shape, List<Value> inputs) {
    List<Value> given = inputs.stream().filter(v -> v != null).toList();
    return View.of(new Source(Kind.OPERATOR, node, node.output(0), shape, given));
  }

  /**
   * A convolution whose windows tile the image. Its output's elements are laid out patch by patch.
   */
  private View patches(Node node, List<Value> inputs) {
    View image = view(node, inputs, 0);
    Constant kernel = constant(node, inputs, 1);
    int[] k = kernel.shape();
    if (k.length != 4 || image.rank() != 4) {
      throw node.error("a two-dimensional convolution is expected");
    }
    int[] strides = node.integers("strides");
    boolean tiles =
        strides != null
            && strides.length == 2
            && strides[0] == k[2]
            && strides[1] == k[3]
            && k[2] == k[3]
            && allAre(node.integers("pads"), 0)
            && allAre(node.integers("dilations"), 1)
            && node.integer("group", 1) == 1
            && node.text("auto_pad", "NOTSET").matches("NOTSET|VALID");
    if (!tiles) {
      throw node.error(
          "a patch embedding is expected: a square kernel, stride equal to it, no padding, dilation or groups");
    }
    int[] in = image.shape();
    if (k[1] != in[1] || in[2] % k[2] != 0 || in[3] % k[3] != 0) {
      throw node.error(
          "kernel " + Arrays.toString(k) + " does not tile the image " + Arrays.toString(in));
    }
    int out = k[0];
    int patchDim = k[1] * k[2] * k[3];
    int patches = in[2] / k[2] * (in[3] / k[3]);
    Constant bias = bias(node, inputs, 2, out);
    Constant weights = kernel.reshape(new int[] {out, patchDim});
    Source source =
        Source.of(Kind.PATCHES, node, new int[] {1, patches, out}, image, weights, bias);
    int[] map = new int[patches * out];
    for (int o = 0; o < out; o++) {
      for (int p = 0; p < patches; p++) {
        map[o * patches + p] = p * out + o;
      }
    }
    return new View(node.output(0), source, new int[] {1, out, in[2] / k[2], in[3] / k[3]}, map, 1);
  }

  private static boolean allAre(int[] values, int expected) {
    return values == null || Arrays.stream(values).allMatch(v -> v == expected);
  }

  private static Constant bias(Node node, List<Value> inputs, int i, int size) {
    if (i >= inputs.size() || inputs.get(i) == null) {
      return Constant.of(new int[] {size}, new float[size]);
    }
    Constant bias = constant(node, inputs, i);
    if (bias.size() != size && bias.size() != 1) {
      throw node.error("the bias has " + bias.size() + " values, expected " + size);
    }
    return bias.select(new int[] {size}, bias.size() == 1 ? new int[size] : Shapes.identity(size));
  }

  private View matMul(Node node, List<Value> inputs) {
    View a = view(node, inputs, 0);
    if (inputs.size() > 1 && inputs.get(1) instanceof View b) {
      return product(node, a, b);
    }
    Constant weights = constant(node, inputs, 1);
    int[] w = weights.shape();
    if (w.length != 2 || a.rank() < 2 || w[0] != a.lastDimension()) {
      throw node.error(
          "weights " + Arrays.toString(w) + " do not fit the input " + Arrays.toString(a.shape()));
    }
    return linear(node, a, weights, Constant.of(new int[] {w[1]}, new float[w[1]]));
  }

  private static View linear(Node node, View input, Constant weights, Constant bias) {
    int[] shape = input.shape().clone();
    shape[shape.length - 1] = weights.shape()[1];
    return View.of(Source.of(Kind.LINEAR, node, shape, input, weights, bias));
  }

  private static View product(Node node, View a, View b) {
    int r = a.rank();
    boolean fits = r >= 2 && r == b.rank() && a.shape()[r - 1] == b.shape()[r - 2];
    for (int i = 0; fits && i < r - 2; i++) {
      fits = a.shape()[i] == b.shape()[i];
    }
    if (!fits) {
      throw node.error(
          "cannot multiply " + Arrays.toString(a.shape()) + " by " + Arrays.toString(b.shape()));
    }
    int[] shape = a.shape().clone();
    shape[r - 1] = b.shape()[r - 1];
    return View.of(Source.of(Kind.OPERATOR, node, shape, a, b));
  }

  private View gemm(Node node, List<Value> inputs) {
    View a = view(node, inputs, 0);
    Constant weights = constant(node, inputs, 1);
    if (node.integer("transA", 0) != 0 || a.rank() != 2 || weights.rank() != 2) {
      throw node.error("a matrix times a constant matrix is expected, the first not transposed");
    }
    if (node.integer("transB", 0) != 0) {
      weights = transposed(weights);
    }
    if (weights.shape()[0] != a.lastDimension()) {
      throw node.error(
          "weights "
              + Arrays.toString(weights.shape())
              + " do not fit the input "
              + Arrays.toString(a.shape()));
    }
    Constant bias = bias(node, inputs, 2, weights.shape()[1]);
    return linear(
        node, a, times(weights, node.real("alpha", 1)), times(bias, node.real("beta", 1)));
  }

  private static Constant transposed(Constant c) {
    int rows = c.shape()[0];
    int columns = c.shape()[1];
    int[] map = new int[rows * columns];
    for (int i = 0; i < columns; i++) {
      for (int j = 0; j < rows; j++) {
        map[i * rows + j] = j * columns + i;
      }
    }
    return c.select(new int[] {columns, rows}, map);
  }

  private static Constant times(Constant c, double factor) {
    double[] factors = new double[c.size()];
    Arrays.fill(factors, factor);
    return factor == 1 ? c : c.times(factors);
  }

  private static View cast(Node node, View data) {
    DataType to = DataType.forNumber(node.integer("to", 0));
    if (to != DataType.FLOAT && to != DataType.DOUBLE) {
      throw node.error("casts to " + to + " between image and logits; a float model is expected");
    }
    return data.reshape(node.output(0), data.shape());
  }

  private View elementwise(Node node, List<Value> inputs) {
    if (inputs.size() != 2 || inputs.get(1) == null) {
      throw node.error("two inputs are expected");
    }
    Value a = inputs.get(0);
    Value b = inputs.get(1);
    int[] shape = Shapes.broadcast(a.shape(), b.shape());
    if (shape == null) {
      throw node.error(
          "cannot broadcast " + Arrays.toString(a.shape()) + " with " + Arrays.toString(b.shape()));
    }
    boolean commutes = node.op().equals("Add") || node.op().equals("Mul");
    if (commutes && a instanceof Constant) {
      Value swap = a;
      a = b;
      b = swap;
    }
    if (a instanceof View v && b instanceof Constant c) {
      String name = node.output(0);
      if (c.scalar() && node.op().equals("Mul")) {
        return v.times(name, c.number(0)).reshape(name, shape);
      }
      if (c.scalar() && node.op().equals("Div")) {
        return v.times(name, 1 / c.number(0)).reshape(name, shape);
      }
      View merged = mergeIntoLinear(node, v, c);
      if (merged != null) {
        return merged;
      }
    }
    return operator(node, shape, List.of(a, b));
  }

  /** A bias or a factor per output channel (LayerScale) right after a linear layer; else null. */
  private View mergeIntoLinear(Node node, View v, Constant c) {
    Source s = v.source();
    boolean perChannel =
        s.is(Kind.LINEAR)
            && v.inOrder()
            && v.scale() == 1
            && Arrays.equals(v.shape(), s.shape())
            && c.size() == v.lastDimension()
            && c.lastDimension() == c.size()
            && c.rank() <= v.rank();
    if (!perChannel || node.op().equals("Pow") || node.op().equals("Sub")) {
      return null;
    }
    quantizers.noteHalfDone(s);
    Constant w = s.constant(1);
    Constant b = s.constant(2);
    int n = c.size();
    if (node.op().equals("Add")) {
      return linear(node, s.view(0), w, sum(b, c.reshape(new int[] {n})));
    }
    double[] factor = new double[n];
    for (int o = 0; o < n; o++) {
      factor[o] = node.op().equals("Mul") ? c.number(o) : 1 / c.number(o);
    }
    double[] perWeight = new double[w.size()];
    for (int i = 0; i < perWeight.length; i++) {
      perWeight[i] = factor[i % n];
    }
    return linear(node, s.view(0), w.times(perWeight), b.times(factor));
  }

  private static Constant sum(Constant a, Constant b) {
    float[] values = new float[a.size()];
    boolean zero = true;
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (a.number(i) + b.number(i));
      zero &= a.number(i) == 0;
    }
    // So that a quantized bias stays one.
    return zero ? b : Constant.of(a.shape(), values);
  }

  private static View concat(Node node, List<Value> inputs) {
    int[] shape = inputs.get(0).shape().clone();
    int axis = Shapes.axis(node.integer("axis", 0), shape.length);
    if (axis < 0) {
      throw node.error("the axis is out of range");
    }
    int total = 0;
    for (Value v : inputs) {
      if (v == null || v.rank() != shape.length) {
        throw node.error("the inputs' ranks differ");
      }
      for (int i = 0; i < shape.length; i++) {
        if (i != axis && v.shape()[i] != shape[i]) {
          throw node.error("the inputs' shapes differ");
        }
      }
      total += v.shape()[axis];
    }
    shape[axis] = total;
    return operator(node, shape, inputs);
  }

  /** The mean over the last axis, kept as a dimension of 1. */
  private static View reduceMean(Node node, List<Value> inputs) {
    View data = view(node, inputs, 0);
    int[] axes = inputs.size() > 1 ? constant(node, inputs, 1).ints(node) : node.integers("axes");
    int last = data.rank() - 1;
    if (axes == null
        || axes.length != 1
        || Shapes.axis(axes[0], data.rank()) != last
        || node.integer("keepdims", 1) != 1) {
      throw node.error("a mean over the last axis, dimension kept, is expected (in a LayerNorm)");
    }
    int[] shape = data.shape().clone();
    shape[last] = 1;
    return View.of(Source.of(Kind.OPERATOR, node, shape, data));
  }

  /** The output of a function of p2vit that is real numbers. */
  private static String function(Node node) {
    return node.output(node.op().equals(OperatorNames.SOFTMAX) ? 1 : 0);
  }

  private static View function(Node node, List<Value> inputs) {
    View x = view(node, inputs, 0);
    return switch (node.op()) {
      case OperatorNames.LAYER_NORM, OperatorNames.SOFTMAX, OperatorNames.ACTIVATION ->
          View.of(new Source(Kind.OPERATOR, node, function(node), x.shape(), List.copyOf(inputs)));
      case OperatorNames.WIDE_LINEAR -> {
        Constant bias = constant(node, inputs, 2);
        Constant scale = constant(node, inputs, 3);
        int[] exponents = new int[bias.size()];
        Arrays.setAll(exponents, o -> Math.getExponent(scale.number(o)));
        yield linear(
            node,
            x,
            constant(node, inputs, 1),
            Constant.dequantized(bias.shape(), bias.longs(), exponents, bias.type()));
      }
      default -> throw node.error("is not a function that this p2vit knows");
    };
  }
}
