package org.p2vit.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Quantizes a float graph of {@link SyntheticVit} as other tools do: fake quantizers behind
 * tensors, weights as codes or behind quantizers, a power of two each that holds what the tensor
 * does.
 */
final class QuantizerInsertion {
  /** How quantizers are written. */
  enum Style {
    QDQ,
    /** Weights are float initializers behind QuantizeLinear and DequantizeLinear. */
    QDQ_FLOAT_WEIGHTS,
    /**
     * As Brevitas: a Clip between the two makes ranges of 8 bits narrow, of weights and all else.
     */
    QCDQ,
    QONNX
  }

  private final Style style;
  private final ModelProto.Builder model;
  private final List<NodeProto> nodes = new ArrayList<>();

  /** Tensors to quantize and their exponents. */
  private final Map<String, Integer> exponents = new LinkedHashMap<>();

  private final Map<String, Integer> bits = new LinkedHashMap<>();
  private final int weightBits;

  private QuantizerInsertion(ModelProto model, Style style, int weightBits) {
    this.style = style;
    this.model = model.toBuilder();
    this.weightBits = weightBits;
  }

  /**
   * @param residualBits of the residual stream, what is added to it, and the logits
   * @param wanted which tensors get quantizers, by their name in docs/numerics.md; "weights" are
   *     the weights
   * @param image to find ranges with
   */
  static ModelProto insert(
      ModelProto model,
      Style style,
      int weightBits,
      int residualBits,
      Predicate<String> wanted,
      float[] image) {
    var insertion = new QuantizerInsertion(model, style, weightBits);
    insertion.choose(residualBits, wanted, image);
    if (wanted.test("weights")) {
      insertion.weights();
    }
    return insertion.rewrite();
  }

  private void choose(int residualBits, Predicate<String> wanted, float[] image) {
    byte[] bytes = model.build().toByteArray();
    FloatVit vit = OnnxVitImporter.parse("float", bytes);
    Map<String, Tap> taps = new LinkedHashMap<>();
    Map<String, Tap> stream = new LinkedHashMap<>();
    stream.put("embed", vit.embedTap());
    for (FloatBlock b : vit.blocks()) {
      FloatBlock.Taps t = b.taps();
      taps.put("norm1:" + t.norm1().tensor(), t.norm1());
      taps.put("query:" + t.query().tensor(), t.query());
      taps.put("key:" + t.key().tensor(), t.key());
      taps.put("value:" + t.value().tensor(), t.value());
      taps.put("scores:" + t.scores().tensor(), t.scores());
      taps.put("attention:" + t.attention().tensor(), t.attention());
      taps.put("context:" + t.context().tensor(), t.context());
      taps.put("norm2:" + t.norm2().tensor(), t.norm2());
      taps.put("preActivation:" + t.preActivation().tensor(), t.preActivation());
      taps.put("hidden:" + t.hidden().tensor(), t.hidden());
      stream.put("residual1:" + t.residual1().tensor(), t.residual1());
      stream.put("residual2:" + t.residual2().tensor(), t.residual2());
    }
    taps.put("norm:" + vit.normTap().tensor(), vit.normTap());
    List<Tap> all = new ArrayList<>(taps.values());
    all.addAll(stream.values());
    Map<String, Integer> chosen = new LinkedHashMap<>();
    int streamExponent = Integer.MIN_VALUE;
    try (FloatReference reference = FloatReference.open("float", bytes, vit, all)) {
      Map<Tap, float[]> values = reference.run(image, all);
      for (Map.Entry<String, Tap> t : taps.entrySet()) {
        String kind = t.getKey().split(":")[0];
        if (wanted.test(kind)) {
          // Scaled taps are quantized before they are scaled.
          int scale = Math.getExponent(t.getValue().scale());
          int e = exponent(values.get(t.getValue()), 8) - scale;
          exponents.merge(t.getValue().tensor(), e, Math::max);
          bits.put(t.getValue().tensor(), 8);
        }
      }
      for (Tap t : stream.values()) {
        streamExponent = Math.max(streamExponent, exponent(values.get(t), residualBits));
      }
    }
    for (Map.Entry<String, Tap> t : stream.entrySet()) {
      if (wanted.test(t.getKey().split(":")[0])) {
        chosen.put(t.getValue().tensor(), streamExponent);
      }
    }
    for (Map.Entry<String, Integer> t : chosen.entrySet()) {
      quantizeStream(
          t.getKey(),
          t.getValue(),
          residualBits,
          stream.values().stream().map(Tap::tensor).toList());
    }
    if (wanted.test("input")) {
      exponents.put(vit.input(), exponent(image, 8));
      bits.put(vit.input(), 8);
    }
  }

  /** A tensor of the residual stream, and the linear layer's output that is added to it. */
  private void quantizeStream(String tensor, int exponent, int residualBits, List<String> stream) {
    exponents.put(tensor, exponent);
    bits.put(tensor, residualBits);
    for (NodeProto node : model.getGraph().getNodeList()) {
      if (node.getOutput(0).equals(tensor)) {
        for (String input : node.getInputList()) {
          boolean computed =
              model.getGraph().getNodeList().stream()
                  .anyMatch(
                      n -> n.getOutputList().contains(input) && !n.getOpType().equals("Concat"));
          if (computed && !stream.contains(input)) {
            exponents.put(input, exponent);
            bits.put(input, residualBits);
          }
        }
      }
    }
  }

  private static int exponent(float[] values, int bits) {
    float max = 0;
    for (float v : values) {
      max = Math.max(max, Math.abs(v));
    }
    return Math.getExponent(max / ((1 << (bits - 1)) - 1)) + 1;
  }

  /** Weights a channel of output. */
  private void weights() {
    for (NodeProto node : model.getGraph().getNodeList()) {
      boolean linear = List.of("MatMul", "Gemm", "Conv").contains(node.getOpType());
      if (linear) {
        String name = node.getInput(1);
        int axis = node.getOpType().equals("MatMul") ? 1 : 0;
        for (NodeProto t : model.getGraph().getNodeList()) {
          if (t.getOutput(0).equals(name) && t.getOpType().equals("Transpose")) {
            name = t.getInput(0);
            axis = 1 - axis;
          }
        }
        for (TensorProto t : model.getGraph().getInitializerList()) {
          if (t.getName().equals(name)) {
            roundBias(node, quantizeWeights(t, axis));
          }
        }
      }
    }
  }

  /**
   * Biases as multiples of what accumulators count in.
   *
   * @param scale of the weights, one a channel
   */
  private void roundBias(NodeProto linear, float[] scale) {
    String x = linear.getInput(0);
    while (!exponents.containsKey(x)) {
      String output = x;
      NodeProto producer =
          model.getGraph().getNodeList().stream()
              .filter(n -> n.getOutputList().contains(output))
              .findFirst()
              .orElse(null);
      if (producer == null) {
        return;
      }
      x = producer.getInput(0);
    }
    String bias = linear.getInputCount() > 2 ? linear.getInput(2) : null;
    for (NodeProto n : model.getGraph().getNodeList()) {
      if (n.getOpType().equals("Add") && n.getInput(1).equals(linear.getOutput(0))) {
        bias = n.getInput(0);
      }
    }
    for (TensorProto.Builder t : model.getGraphBuilder().getInitializerBuilderList()) {
      for (int o = 0; t.getName().equals(bias) && o < scale.length; o++) {
        float unit = scale[o] * Math.scalb(1f, exponents.get(x));
        t.setFloatData(o, (float) Math.rint(t.getFloatData(o) / unit) * unit);
      }
    }
  }

  private float[] quantizeWeights(TensorProto w, int axis) {
    int inner = 1;
    for (int i = axis + 1; i < w.getDimsCount(); i++) {
      inner *= (int) w.getDims(i);
    }
    int channels = (int) w.getDims(axis);
    float[] max = new float[channels];
    for (int i = 0; i < w.getFloatDataCount(); i++) {
      int c = i / inner % channels;
      max[c] = Math.max(max[c], Math.abs(w.getFloatData(i)));
    }
    float[] scale = new float[channels];
    for (int c = 0; c < channels; c++) {
      scale[c] = Math.scalb(1f, exponent(new float[] {max[c]}, weightBits));
    }
    String name = w.getName();
    String source = name + "_float";
    for (TensorProto.Builder t : model.getGraphBuilder().getInitializerBuilderList()) {
      if (t.getName().equals(name)) {
        t.setName(source);
      }
    }
    if (style == Style.QONNX) {
      long[] dims = new long[w.getDimsCount()];
      java.util.Arrays.fill(dims, 1);
      dims[axis] = channels;
      quant(source, name, scale, dims, weightBits, true);
      return scale;
    }
    String codes = name + "_codes";
    String clipped = style == Style.QCDQ ? clip(codes) : codes;
    String scales = initializer(name + "_scale", scale, channels);
    String zero = zero(name + "_zero", channels, 8);
    if (style == Style.QDQ_FLOAT_WEIGHTS) {
      nodes.add(
          NodeProto.newBuilder()
              .setOpType("QuantizeLinear")
              .setName("/" + codes)
              .addAllInput(List.of(source, scales, zero))
              .addOutput(codes)
              .addAttribute(attribute("axis", axis))
              .build());
    } else {
      TensorProto.Builder t =
          TensorProto.newBuilder().setName(codes).setDataType(DataType.INT8.getNumber());
      t.addAllDims(w.getDimsList());
      for (int i = 0; i < w.getFloatDataCount(); i++) {
        float s = scale[i / inner % channels];
        t.addInt32Data((int) Math.rint(w.getFloatData(i) / s));
      }
      model.getGraphBuilder().addInitializer(t);
    }
    nodes.add(
        NodeProto.newBuilder()
            .setOpType("DequantizeLinear")
            .setName("/" + name + "_dq")
            .addAllInput(List.of(clipped, scales, zero))
            .addOutput(name)
            .addAttribute(attribute("axis", axis))
            .build());
    return scale;
  }

  private ModelProto rewrite() {
    if (exponents.containsKey(model.getGraph().getInput(0).getName())) {
      quantizer(model.getGraph().getInput(0).getName());
    }
    for (NodeProto node : model.getGraph().getNodeList()) {
      NodeProto.Builder changed = node.toBuilder();
      for (int i = 0; i < node.getInputCount(); i++) {
        if (exponents.containsKey(node.getInput(i)) && !node.getOpType().equals("Shape")) {
          changed.setInput(i, node.getInput(i) + "_dq");
        }
      }
      nodes.add(changed.build());
      for (String output : node.getOutputList()) {
        if (exponents.containsKey(output)) {
          quantizer(output);
        }
      }
    }
    model.getGraphBuilder().clearNode().addAllNode(nodes);
    model.clearOpsetImport();
    model.addOpsetImportBuilder().setVersion(style == Style.QONNX ? 17 : 21);
    if (style == Style.QONNX) {
      model.addOpsetImportBuilder().setDomain("qonnx.custom_op.general").setVersion(1);
    }
    return model.setIrVersion(10).build();
  }

  private void quantizer(String tensor) {
    float scale = Math.scalb(1f, exponents.get(tensor));
    int width = bits.get(tensor);
    if (style == Style.QONNX) {
      quant(tensor, tensor + "_dq", new float[] {scale}, new long[0], width, false);
      return;
    }
    String scales = initializer(tensor + "_scale", new float[] {scale});
    String zero = zero(tensor + "_zero", 0, width);
    nodes.add(
        NodeProto.newBuilder()
            .setOpType("QuantizeLinear")
            .setName("/" + tensor + "_q")
            .addAllInput(List.of(tensor, scales, zero))
            .addOutput(tensor + "_q")
            .build());
    String codes = tensor + "_q";
    if (style == Style.QCDQ && width == 8) {
      codes = clip(codes);
    }
    nodes.add(
        NodeProto.newBuilder()
            .setOpType("DequantizeLinear")
            .setName("/" + tensor + "_dq")
            .addAllInput(List.of(codes, scales, zero))
            .addOutput(tensor + "_dq")
            .build());
  }

  private String clip(String codes) {
    for (int limit : new int[] {-127, 127}) {
      TensorProto.Builder t = TensorProto.newBuilder().setDataType(DataType.INT8.getNumber());
      model.getGraphBuilder().addInitializer(t.setName(codes + limit).addInt32Data(limit));
    }
    nodes.add(
        NodeProto.newBuilder()
            .setOpType("Clip")
            .setName("/" + codes + "_clip")
            .addAllInput(List.of(codes, codes + -127, codes + 127))
            .addOutput(codes + "_clipped")
            .build());
    return codes + "_clipped";
  }

  private void quant(
      String from, String to, float[] scale, long[] dims, int width, boolean narrow) {
    nodes.add(
        NodeProto.newBuilder()
            .setDomain("qonnx.custom_op.general")
            .setOpType("Quant")
            .setName("/" + to + "_quant")
            .addAllInput(
                List.of(
                    from,
                    initializer(to + "_scale", scale, dims),
                    initializer(to + "_zero", new float[1]),
                    initializer(to + "_bits", new float[] {width})))
            .addOutput(to)
            .addAttribute(attribute("signed", 1))
            .addAttribute(attribute("narrow", narrow ? 1 : 0))
            .addAttribute(
                AttributeProto.newBuilder()
                    .setName("rounding_mode")
                    .setType(AttributeProto.AttributeType.STRING)
                    .setS(ByteString.copyFromUtf8("ROUND")))
            .build());
  }

  private static AttributeProto attribute(String name, int value) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.INT)
        .setI(value)
        .build();
  }

  private String initializer(String name, float[] values, long... dims) {
    TensorProto.Builder t =
        TensorProto.newBuilder().setName(name).setDataType(DataType.FLOAT.getNumber());
    for (long d : dims) {
      t.addDims(d);
    }
    for (float v : values) {
      t.addFloatData(v);
    }
    model.getGraphBuilder().addInitializer(t);
    return name;
  }

  /**
   * @param channels 0 for a scalar
   */
  private String zero(String name, int channels, int width) {
    DataType type = width == 8 ? DataType.INT8 : DataType.INT16;
    TensorProto.Builder t = TensorProto.newBuilder().setName(name).setDataType(type.getNumber());
    if (channels > 0) {
      t.addDims(channels);
    }
    for (int i = 0; i < Math.max(1, channels); i++) {
      t.addInt32Data(0);
    }
    model.getGraphBuilder().addInitializer(t);
    return name;
  }
}
