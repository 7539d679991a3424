package org.p2vit.generator.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.p2vit.model.Block;
import org.p2vit.model.Linear;
import org.p2vit.model.QuantizedModel;
import org.p2vit.model.VitShape;
import picocli.CommandLine.Help;

/**
 * What 'inspect' shows of a model.
 *
 * @param shape dimensions
 * @param macs multiply-accumulates of one image
 * @param weightBytes of all linear layers at their bit-widths
 * @param layers linear layers in order of execution
 */
record ModelSummary(
    String name,
    VitShape shape,
    int residualBits,
    long macs,
    long weightBytes,
    List<Layer> layers) {

  /**
   * A linear layer.
   *
   * @param accumulatorExponents lowest and highest
   */
  record Layer(String name, int in, int out, int weightBits, int[] accumulatorExponents) {}

  static ModelSummary of(QuantizedModel model) {
    List<Layer> layers = new ArrayList<>();
    add(layers, "patch_embedding", model.patchEmbedding());
    for (int i = 0; i < model.blocks().size(); i++) {
      Block block = model.blocks().get(i);
      String prefix = "blocks." + i + ".";
      add(layers, prefix + "query", block.attention().query());
      add(layers, prefix + "key", block.attention().key());
      add(layers, prefix + "value", block.attention().value());
      add(layers, prefix + "projection", block.attention().projection());
      add(layers, prefix + "fc1", block.mlp().fc1());
      add(layers, prefix + "fc2", block.mlp().fc2());
    }
    add(layers, "head", model.head());
    long bits = layers.stream().mapToLong(l -> (long) l.in() * l.out() * l.weightBits()).sum();
    return new ModelSummary(
        model.name(),
        model.shape(),
        model.residualBits(),
        model.shape().macs(),
        (bits + 7) / 8,
        layers);
  }

  private static void add(List<Layer> layers, String name, Linear linear) {
    int[] e = linear.accExponent();
    layers.add(
        new Layer(
            name,
            linear.in(),
            linear.out(),
            linear.weightBits(),
            new int[] {Arrays.stream(e).min().orElse(0), Arrays.stream(e).max().orElse(0)}));
  }

  void print(PrintWriter out) {
    new ConsoleTable("Model " + name)
        .row(
            "image",
            "%d x %d x %d, patch %d",
            shape.imageChannels(),
            shape.imageHeight(),
            shape.imageWidth(),
            shape.patchSize())
        .row(
            "tokens, dim, depth, heads",
            "%d, %d, %d, %d",
            shape.tokens(),
            shape.dim(),
            shape.depth(),
            shape.heads())
        .row("MLP, classes", "%d, %d", shape.mlpDim(), shape.classes())
        .row("residual stream", "%d bits", residualBits)
        .row("MACs per image", "%,d", macs)
        .row("weights", "%,d bytes", weightBytes)
        .print(out);
  }

  void printLayers(PrintWriter out) {
    Help.TextTable table = ConsoleTable.columns(28, 16, 14, 26);
    table.addRowValues("layer", "in x out", "weight bits", "accumulator exponents");
    for (Layer l : layers) {
      table.addRowValues(
          l.name(),
          l.in() + " x " + l.out(),
          Integer.toString(l.weightBits()),
          String.format(
              Locale.ROOT, "%d .. %d", l.accumulatorExponents()[0], l.accumulatorExponents()[1]));
    }
    out.println();
    out.print(table);
    out.flush();
  }
}
