package org.p2vit.onnx;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * The quantizers of a graph. They leave the data as they are while the graph is read; what they do
 * to each {@link Source} is kept here.
 */
final class GraphQuantizers {
  /** Those of tensors that depend on the image, by the name of the tensor of codes. */
  private final Map<String, Quantizer> codes = new HashMap<>();

  private final Map<Source, SourceCodes> sources = new IdentityHashMap<>();
  private final List<String> notes = new ArrayList<>();
  private Node first;
  private Node limit;

  /** What they say of a source; nothing for most. */
  SourceCodes codes(Source source) {
    return sources.computeIfAbsent(source, s -> new SourceCodes(s.size()));
  }

  /** Throws if there is one, or what only makes sense before one. */
  void requireNone() {
    if (first != null) {
      throw first.error(
          "the model is quantized already: 'p2vit import' takes it; a float model is expected");
    }
    if (limit != null) {
      throw limit.error("the operator is not supported on the way from image to logits");
    }
  }

  boolean none() {
    return first == null;
  }

  /** What of the graph's quantization has no counterpart here. */
  List<String> notes() {
    List<String> all = new ArrayList<>(notes);
    for (SourceCodes source : sources.values()) {
      if (source.lateLimit() != null) {
        all.add(source.lateLimit() + ": limits what is quantized already; it is left out");
      }
      if (source.max() != null && source.quantizer() == null) {
        throw source.limit().error("limits are accepted right before a quantizer only");
      }
    }
    return all.stream().sorted().toList();
  }

  /** The output of a quantizer. */
  Value apply(Node node, List<Value> inputs) {
    first = first == null ? node : first;
    return inputs.get(0) instanceof Constant c
        ? constant(node, c, inputs)
        : view(node, (View) inputs.get(0), inputs);
  }

  private static Constant constant(Node node, Constant c, List<Value> inputs) {
    if (!node.op().equals("DequantizeLinear")) {
      Constant result = Quantizer.of(node, c.shape(), inputs, null).apply(c);
      return node.op().equals(OperatorNames.QUANT) ? result : result.codes();
    }
    if (c.type() == null) {
      throw node.error("input 0 holds no codes");
    }
    Quantizer q = Quantizer.of(node, c.shape(), inputs, c.type());
    return Constant.dequantized(c.shape(), c.longs(), q.exponents(), c.type());
  }

  private View view(Node node, View view, List<Value> inputs) {
    View result = view.reshape(node.output(0), view.shape());
    if (node.op().equals("QuantizeLinear")) {
      codes.put(node.output(0), Quantizer.of(node, view.shape(), inputs, null));
      return result;
    }
    CodeType type = null;
    Quantizer made = null;
    if (node.op().equals("DequantizeLinear")) {
      made = codes.get(node.proto().getInput(0));
      if (made == null) {
        throw node.error(
            "its input '"
                + node.proto().getInput(0)
                + "' is not the output of a QuantizeLinear; one is expected right before");
      }
      type = made.type();
    }
    Quantizer q = Quantizer.of(node, view.shape(), inputs, type);
    if (made != null && !Arrays.equals(q.exponents(), made.exponents())) {
      throw node.error("its scale is not that of the " + made.node());
    }
    boolean narrow = q.narrow() || (made != null && made.narrow());
    codes(view.source()).add(view, new Quantizer(node, q.type(), narrow, q.exponents()));
    return result;
  }

  /** Whether a node is a Clip of codes, which makes their range narrower. */
  boolean clips(Node node) {
    return node.op().equals("Clip") && codes.containsKey(node.proto().getInput(0));
  }

  View clip(Node node, View view, List<Value> inputs) {
    Quantizer whole = codes.get(node.proto().getInput(0));
    long min = bound(node, inputs, 1, whole.type().min());
    long max = bound(node, inputs, 2, whole.type().max());
    boolean signed = min < 0;
    int bits = 64 - Long.numberOfLeadingZeros(max) + (signed ? 1 : 0);
    CodeType type = new CodeType(bits, signed);
    if (type.max() != max || min > type.min() + 1 || min < type.min()) {
      throw node.error(
          "limits codes to " + min + " to " + max + ", which is not the range of any width");
    }
    codes.put(node.output(0), new Quantizer(node, type, min > type.min(), whole.exponents()));
    return view.reshape(node.output(0), view.shape());
  }

  private static long bound(Node node, List<Value> inputs, int i, long otherwise) {
    if (i >= inputs.size() || inputs.get(i) == null) {
      return otherwise;
    }
    if (inputs.get(i) instanceof Constant c && c.scalar() && c.integer()) {
      return c.longs()[0];
    }
    throw node.error("input " + i + " must be one constant integer");
  }

  /** Throws if a node reads codes as if they were numbers. */
  void requireReal(Node node) {
    for (String input : node.proto().getInputList()) {
      if (codes.containsKey(input)) {
        throw node.error(
            "reads the codes '"
                + input
                + "'; a DequantizeLinear right behind each QuantizeLinear is expected (quantize to QDQ format)");
      }
    }
  }

  /** Limits of a tensor that depends on the image: a width that ONNX has no type for. */
  View limit(Node node, View view, List<Value> inputs) {
    limit = limit == null ? node : limit;
    double[] highest = new double[view.size()];
    Arrays.fill(highest, Double.POSITIVE_INFINITY);
    for (int i = 1; i < inputs.size(); i++) {
      if (inputs.get(i) == null) {
        continue;
      }
      if (!(inputs.get(i) instanceof Constant c)
          || !Arrays.equals(Shapes.broadcast(c.shape(), view.shape()), view.shape())) {
        throw node.error(
            "constant limits that fit " + Arrays.toString(view.shape()) + " are expected");
      }
      // The lowest code follows from the highest.
      boolean upper = node.op().equals("Min") || (node.op().equals("Clip") && i == 2);
      int[] map = Shapes.broadcastMap(c.shape(), view.shape());
      for (int k = 0; upper && k < highest.length; k++) {
        highest[k] = Math.min(highest[k], c.number(map[k]));
      }
    }
    codes(view.source()).limit(node, view, highest);
    return view.reshape(node.output(0), view.shape());
  }

  /** Notes that a linear layer was quantized before all of it was computed. */
  void noteHalfDone(Source linear) {
    SourceCodes before = sources.get(linear);
    if (before != null && before.quantizer() != null) {
      notes.add(
          "%s: is left out, as '%s' is rounded only when all of the linear layer is in it"
              .formatted(before.quantizer().node(), linear.tensor()));
    }
  }
}
