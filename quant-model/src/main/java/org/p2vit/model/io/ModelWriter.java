package org.p2vit.model.io;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.lang.reflect.Array;
import java.util.Map;
import org.p2vit.model.Activation;
import org.p2vit.model.Attention;
import org.p2vit.model.Block;
import org.p2vit.model.Linear;
import org.p2vit.model.Mlp;
import org.p2vit.model.Norm;
import org.p2vit.model.QuantizedModel;
import org.p2vit.model.Residual;
import org.p2vit.model.VitShape;
import org.p2vit.model.io.Safetensors.Tensor;
import org.p2vit.numerics.Tables;

/** A model as JSON document and tensors. {@link ModelReader} is its inverse. */
final class ModelWriter {
  private final QuantizedModel model;
  private final Map<String, Tensor> tensors;

  /**
   * @param tensors gets the tensors
   */
  ModelWriter(QuantizedModel model, Map<String, Tensor> tensors) {
    this.model = model;
    this.tensors = tensors;
  }

  /** All but the reference to the file of the tensors. */
  ObjectNode document() {
    ObjectNode document = object();
    document.put("format", ModelFiles.FORMAT).put("version", ModelFiles.VERSION);
    document.put("name", model.name());
    VitShape shape = model.shape();
    document
        .putObject("shape")
        .put("imageChannels", shape.imageChannels())
        .put("imageHeight", shape.imageHeight())
        .put("imageWidth", shape.imageWidth())
        .put("patchSize", shape.patchSize())
        .put("dim", shape.dim())
        .put("depth", shape.depth())
        .put("heads", shape.heads())
        .put("mlpDim", shape.mlpDim())
        .put("classes", shape.classes());
    ObjectNode preprocessing = document.putObject("preprocessing");
    for (double v : model.preprocessing().mean()) {
      preprocessing.withArray("mean").add(v);
    }
    for (double v : model.preprocessing().std()) {
      preprocessing.withArray("std").add(v);
    }
    document.set("input", activation(8, model.preprocessing().exponent()));
    document.set("patchEmbedding", linear("patchEmbedding", model.patchEmbedding()));
    tensors.put("position", Tensor.of(model.position(), shape.tokens(), shape.dim()));
    document.set("embed", residual(model.embed()));
    ArrayNode blocks = document.putArray("blocks");
    for (int i = 0; i < model.blocks().size(); i++) {
      blocks.add(block("blocks." + i + ".", model.blocks().get(i)));
    }
    document.set("norm", norm("norm", model.norm()));
    document.set("head", linear("head", model.head()));
    document.set("logits", activation(16, model.logitsExponent()));
    document.set("tables", tables());
    return document;
  }

  /** The constants of docs/numerics.md, so that a file explains itself. */
  static ObjectNode tables() {
    ObjectNode tables = object();
    tables.set("softmaxPow", array(Tables.pow()));
    tables.set("softmaxLog", array(Tables.log()));
    tables.set("reciprocalSqrt", array(Tables.reciprocalSqrt()));
    return tables;
  }

  private ObjectNode block(String at, Block block) {
    ObjectNode node = object();
    node.set("norm1", norm(at + "norm1", block.norm1()));
    node.set("attention", attention(at + "attention.", block.attention()));
    node.set("residual1", residual(block.residual1()));
    node.set("norm2", norm(at + "norm2", block.norm2()));
    node.set("mlp", mlp(at + "mlp.", block.mlp()));
    node.set("residual2", residual(block.residual2()));
    return node;
  }

  private ObjectNode attention(String at, Attention a) {
    ObjectNode node = object();
    node.set("query", linear(at + "query", a.query(), a.queryExponent()));
    node.set("key", linear(at + "key", a.key(), a.keyExponent()));
    node.set("value", linear(at + "value", a.value(), a.valueExponent()));
    node.set("scores", activation(8, array(a.scoreExponent())));
    node.putObject("softmax").put("kind", "log2").put("bits", Tables.CODE_BITS);
    node.putObject("context").put("bits", 8).set("shift", array(a.contextShift()));
    node.set("projection", linear(at + "projection", a.projection()));
    return node;
  }

  private ObjectNode mlp(String at, Mlp mlp) {
    ObjectNode node = object();
    node.set("fc1", linear(at + "fc1", mlp.fc1(), mlp.hiddenExponent()));
    Activation activation = mlp.activation();
    node.putObject("activation")
        .put("kind", activation.kind())
        .put("bits", 16)
        .put("exponent", activation.exponent())
        .put("indexShift", activation.indexShift())
        .set("table", array(activation.table()));
    node.set("fc2", linear(at + "fc2", mlp.fc2()));
    return node;
  }

  private ObjectNode norm(String at, Norm norm) {
    int channels = norm.gain().length;
    tensors.put(at + ".gain", Tensor.of(norm.gain(), channels));
    tensors.put(at + ".offset", Tensor.of(norm.offset(), channels));
    ObjectNode node = object();
    node.put("epsilon", norm.epsilon());
    node.set("shift", array(norm.shift()));
    node.set("output", activation(8, norm.exponent()));
    return node;
  }

  private ObjectNode residual(Residual residual) {
    ObjectNode node = activation(model.residualBits(), residual.exponent());
    node.set("ptf", array(residual.ptf()));
    return node;
  }

  /** A layer with an output of its own. */
  private ObjectNode linear(String at, Linear linear, int[] outputExponent) {
    ObjectNode node = linear(at, linear);
    node.set("output", activation(8, array(outputExponent)));
    return node;
  }

  private ObjectNode linear(String at, Linear linear) {
    tensors.put(at + ".weight", Tensor.of(linear.weights(), linear.out(), linear.in()));
    tensors.put(at + ".bias", Tensor.of(linear.bias(), linear.out()));
    ObjectNode node = object();
    node.put("in", linear.in()).put("out", linear.out()).put("weightBits", linear.weightBits());
    node.set("accExponent", array(linear.accExponent()));
    return node;
  }

  private static ObjectNode activation(int bits, int exponent) {
    return object().put("bits", bits).put("exponent", exponent);
  }

  private static ObjectNode activation(int bits, JsonNode exponent) {
    ObjectNode node = object().put("bits", bits);
    node.set("exponent", exponent);
    return node;
  }

  /** {@code values} is an array of any primitive integer type. */
  private static ArrayNode array(Object values) {
    ArrayNode array = Json.MAPPER.createArrayNode();
    for (int i = 0; i < Array.getLength(values); i++) {
      array.add(Array.getInt(values, i));
    }
    return array;
  }

  private static ObjectNode object() {
    return Json.MAPPER.createObjectNode();
  }
}
