package org.p2vit.model.io;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.p2vit.model.Activation;
import org.p2vit.model.Attention;
import org.p2vit.model.Block;
import org.p2vit.model.InputException;
import org.p2vit.model.Linear;
import org.p2vit.model.Mlp;
import org.p2vit.model.ModelValidator;
import org.p2vit.model.Norm;
import org.p2vit.model.Preprocessing;
import org.p2vit.model.QuantizedModel;
import org.p2vit.model.Residual;
import org.p2vit.model.VitShape;
import org.p2vit.model.io.Safetensors.DType;
import org.p2vit.model.io.Safetensors.Tensor;

/** A model from a JSON document that the schema accepts, and tensors. */
final class ModelReader {
  private static final int NAMES_SHOWN = 5;

  private final Path file;
  private final JsonNode document;
  private final Path weightsFile;
  private final Map<String, Tensor> unused;
  private VitShape shape;
  private int residualBits;

  ModelReader(Path file, JsonNode document, Path weightsFile, Map<String, Tensor> tensors) {
    this.file = file;
    this.document = document;
    this.weightsFile = weightsFile;
    unused = new TreeMap<>(tensors);
  }

  QuantizedModel model() {
    shape = shape(document.path("shape"));
    checkTables();
    residualBits = document.at("/embed/bits").intValue();
    Preprocessing preprocessing =
        new Preprocessing(
            doubles(document.at("/preprocessing/mean")),
            doubles(document.at("/preprocessing/std")),
            document.at("/input/exponent").intValue());
    int dim = shape.dim();
    Linear patchEmbedding =
        linear("patchEmbedding", document.path("patchEmbedding"), shape.patchDim(), dim);
    short[] position = tensor("position", DType.I16, shape.tokens(), dim).shorts();
    Residual embed = residual("embed", document.path("embed"));
    Norm norm = norm("norm", document.path("norm"));
    Linear head = linear("head", document.path("head"), dim, shape.classes());
    List<Block> blocks = blocks(document.path("blocks"));
    if (!unused.isEmpty()) {
      List<String> names = unused.keySet().stream().limit(NAMES_SHOWN).toList();
      String more = unused.size() > names.size() ? " and others" : "";
      throw new InputException(
          weightsFile + ": tensors that the model does not have: " + names + more);
    }
    return new QuantizedModel(
        document.path("name").textValue(),
        shape,
        residualBits,
        preprocessing,
        patchEmbedding,
        position,
        embed,
        blocks,
        norm,
        head,
        document.at("/logits/exponent").intValue());
  }

  private VitShape shape(JsonNode node) {
    VitShape result =
        new VitShape(
            node.path("imageChannels").intValue(),
            node.path("imageHeight").intValue(),
            node.path("imageWidth").intValue(),
            node.path("patchSize").intValue(),
            node.path("dim").intValue(),
            node.path("depth").intValue(),
            node.path("heads").intValue(),
            node.path("mlpDim").intValue(),
            node.path("classes").intValue());
    try {
      ModelValidator.check(result);
    } catch (InputException e) {
      throw new InputException(file + ": " + e.getMessage(), e);
    }
    return result;
  }

  private void checkTables() {
    ModelWriter.tables()
        .properties()
        .forEach(
            table -> {
              JsonNode found = document.path("tables").path(table.getKey());
              if (!found.isMissingNode() && !found.equals(table.getValue())) {
                throw new InputException(
                    "%s: tables.%s is not the table of docs/numerics.md; accepted: %s"
                        .formatted(file, table.getKey(), table.getValue()));
              }
            });
  }

  private List<Block> blocks(JsonNode nodes) {
    if (nodes.size() != shape.depth()) {
      throw new InputException(
          file + ": blocks has " + nodes.size() + " entries, but shape.depth is " + shape.depth());
    }
    List<Block> blocks = new ArrayList<>();
    for (int i = 0; i < nodes.size(); i++) {
      JsonNode node = nodes.get(i);
      String at = "blocks." + i + ".";
      blocks.add(
          new Block(
              norm(at + "norm1", node.path("norm1")),
              attention(at + "attention.", node.path("attention")),
              residual(at + "residual1", node.path("residual1")),
              norm(at + "norm2", node.path("norm2")),
              mlp(at + "mlp.", node.path("mlp")),
              residual(at + "residual2", node.path("residual2"))));
    }
    return blocks;
  }

  private Attention attention(String at, JsonNode node) {
    int dim = shape.dim();
    return new Attention(
        linear(at + "query", node.path("query"), dim, dim),
        linear(at + "key", node.path("key"), dim, dim),
        linear(at + "value", node.path("value"), dim, dim),
        outputExponent(at + "query", node.path("query"), dim),
        outputExponent(at + "key", node.path("key"), dim),
        outputExponent(at + "value", node.path("value"), dim),
        ints(at + "scores.exponent", node.at("/scores/exponent"), shape.heads()),
        ints(at + "context.shift", node.at("/context/shift"), shape.heads()),
        linear(at + "projection", node.path("projection"), dim, dim));
  }

  private Mlp mlp(String at, JsonNode node) {
    JsonNode activation = node.path("activation");
    int[] table = ints(at + "activation.table", activation.path("table"), 256);
    return new Mlp(
        linear(at + "fc1", node.path("fc1"), shape.dim(), shape.mlpDim()),
        new Activation(
            activation.path("kind").textValue(),
            activation.path("exponent").intValue(),
            activation.path("indexShift").intValue(),
            shorts(table)),
        outputExponent(at + "fc1", node.path("fc1"), shape.mlpDim()),
        linear(at + "fc2", node.path("fc2"), shape.mlpDim(), shape.dim()));
  }

  private Norm norm(String at, JsonNode node) {
    int dim = shape.dim();
    return new Norm(
        node.path("epsilon").longValue(),
        tensor(at + ".gain", DType.I16, dim).shorts(),
        tensor(at + ".offset", DType.I32, dim).ints(),
        bytes(ints(at + ".shift", node.path("shift"), dim)),
        node.at("/output/exponent").intValue());
  }

  private Residual residual(String at, JsonNode node) {
    int bits = node.path("bits").intValue();
    if (bits != residualBits) {
      throw new InputException(
          "%s: %s.bits is %d, accepted: %d as in embed.bits; the residual stream has one width"
              .formatted(file, at, bits, residualBits));
    }
    int[] ptf = ints(at + ".ptf", node.path("ptf"), shape.dim());
    return new Residual(node.path("exponent").intValue(), bytes(ptf));
  }

  private Linear linear(String at, JsonNode node, int in, int out) {
    return new Linear(
        size(at + ".in", node.path("in"), in),
        size(at + ".out", node.path("out"), out),
        node.path("weightBits").intValue(),
        tensor(at + ".weight", DType.I8, out, in).bytes(),
        tensor(at + ".bias", DType.I32, out).ints(),
        ints(at + ".accExponent", node.path("accExponent"), out));
  }

  private int[] outputExponent(String at, JsonNode linear, int count) {
    return ints(at + ".output.exponent", linear.at("/output/exponent"), count);
  }

  private int size(String at, JsonNode node, int accepted) {
    if (node.intValue() != accepted) {
      throw new InputException(
          file + ": " + at + " is " + node + ", accepted: " + accepted + ", by the model's shape");
    }
    return accepted;
  }

  private Tensor tensor(String name, DType type, int... accepted) {
    Tensor tensor = unused.remove(name);
    if (tensor == null) {
      throw new InputException(weightsFile + ": tensor " + name + " is missing");
    }
    if (tensor.type() != type || !Arrays.equals(tensor.shape(), accepted)) {
      throw new InputException(
          "%s: tensor %s is %s %s, accepted: %s %s"
              .formatted(
                  weightsFile,
                  name,
                  tensor.type(),
                  Arrays.toString(tensor.shape()),
                  type,
                  Arrays.toString(accepted)));
    }
    return tensor;
  }

  /** One number stands for {@code count} alike. */
  private int[] ints(String at, JsonNode node, int count) {
    int[] values = new int[count];
    if (node.isNumber()) {
      Arrays.fill(values, node.intValue());
      return values;
    }
    if (node.size() != count) {
      throw new InputException(
          file + ": " + at + " has " + node.size() + " values, accepted: " + count + " or one");
    }
    Arrays.setAll(values, i -> node.get(i).intValue());
    return values;
  }

  private static double[] doubles(JsonNode node) {
    double[] values = new double[node.size()];
    Arrays.setAll(values, i -> node.get(i).doubleValue());
    return values;
  }

  private static byte[] bytes(int[] values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return bytes;
  }

  private static short[] shorts(int[] values) {
    short[] shorts = new short[values.length];
    for (int i = 0; i < values.length; i++) {
      shorts[i] = (short) values[i];
    }
    return shorts;
  }
}
