package org.p2vit.generator.compile;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.IntUnaryOperator;
import org.p2vit.generator.compile.LinearLayers.Channels;
import org.p2vit.generator.compile.LinearLayers.Layer;
import org.p2vit.generator.compile.LinearLayers.Operand;
import org.p2vit.generator.compile.LinearLayers.Table;
import org.p2vit.generator.compile.LinearLayers.Target;
import org.p2vit.model.Activation;
import org.p2vit.model.Attention;
import org.p2vit.model.Block;
import org.p2vit.model.Linear;
import org.p2vit.model.Mlp;
import org.p2vit.model.Norm;
import org.p2vit.model.QuantizedModel;
import org.p2vit.model.Residual;
import org.p2vit.model.VitShape;
import org.p2vit.rtl.Architecture;
import org.p2vit.rtl.job.LayerNormJob;
import org.p2vit.rtl.job.LoadJob;
import org.p2vit.rtl.job.MatMulJob.Destination;

/**
 * The whole network, from patch embedding to logits, as jobs. Every job writes where {@link
 * BufferNeeds} says; {@link HazardTracker} makes what shares memory wait.
 */
final class NetworkProgram {

  private final QuantizedModel model;
  private final VitShape shape;
  private final Architecture arch;
  private final BufferNeeds needs;
  private final InputLayout input;
  private final OutputLayout output;
  private final WordPacker packer;
  private final MemoryImage image;
  private final ProgramBuilder program;
  private final LinearLayers linears;
  private final AttentionHeads heads;
  private final Embedding embedding;
  private final Classifier classifier;
  private final int images;

  /** Steps until the latest hidden layer has been made. */
  private int endOfHidden;

  private final Ring normParameters;
  private final Ring tables = new Ring(0, 1);
  private Segment table;
  private short[] tableContent;

  NetworkProgram(
      QuantizedModel model,
      Architecture arch,
      BufferNeeds needs,
      InputLayout input,
      OutputLayout output,
      CompileOptions options) {
    this.model = model;
    this.shape = model.shape();
    this.arch = arch;
    this.needs = needs;
    this.input = input;
    this.output = output;
    images = options.images();
    packer = new WordPacker(arch);
    image = new MemoryImage(arch.axi().bytes());
    program = new ProgramBuilder(arch, options.overlap());
    linears = new LinearLayers(arch, needs, packer, image, program);
    heads = new AttentionHeads(shape, arch, needs, program, options.overlap());
    normParameters = new Ring(0, arch.buffers().normParameterWords());
    embedding = new Embedding(model, arch, needs, input, linears, image);
    boolean overNextImage = options.overlap().interLayer();
    classifier = new Classifier(model, arch, needs, output, linears, program, overNextImage);
  }

  /** Copies of the values of a head: two if they fit, so that one is written while one is read. */
  static int valueBuffers(BufferNeeds needs, Architecture arch) {
    return Math.min(2, arch.buffers().valueWords() / needs.valueWords());
  }

  MemoryImage image() {
    return image;
  }

  List<ProgramOrder.Gang> build() {
    for (int i = 0; i < images; i++) {
      image(i);
    }
    return program.build();
  }

  private void image(int index) {
    program.forImage(index);
    program.nextLayer();
    embedding.add(index);
    Residual residual = model.embed();
    for (int i = 0; i < model.blocks().size(); i++) {
      block(i, model.blocks().get(i), residual);
      residual = model.blocks().get(i).residual2();
    }
    classifier.finish();
    int endOfBlocks = program.steps();
    norm("norm", model.norm(), residual, 1, classifier.operandBase());
    int endOfNorm = program.steps();
    program.nextLayer();
    classifier.begin(index, index == images - 1);
    embedding.free(
        classifier.hasOwnPlaces()
            ? new Embedding.Free(endOfHidden, endOfBlocks, endOfNorm)
            : Embedding.Free.from(program.steps()));
  }

  private void block(int index, Block block, Residual before) {
    String name = "blocks." + index + ".";
    norm(name + "norm1", block.norm1(), before, needs.rowBlocks(), 0);
    attention(name, block.attention());
    program.nextLayer();
    residualLayer(
        name + "residual1",
        block.attention().projection(),
        new Operand(needs.contextBase(), needs.dimWords(), needs.rowBlocks()),
        before,
        block.residual1(),
        false);
    norm(name + "norm2", block.norm2(), block.residual1(), needs.rowBlocks(), 0);
    program.nextLayer();
    hidden(name + "hidden", block.mlp());
    endOfHidden = program.steps();
    program.nextLayer();
    residualLayer(
        name + "residual2",
        block.mlp().fc2(),
        new Operand(needs.secondRegion(), needs.hiddenWords(), needs.rowBlocks()),
        block.residual1(),
        block.residual2(),
        index == model.blocks().size() - 1);
  }

  private void attention(String name, Attention a) {
    int d = shape.headDim();
    var query = requantization(name + "query", a.query(), o -> a.queryExponent()[o]);
    var key = requantization(name + "key", a.key(), o -> a.keyExponent()[o]);
    var value = requantization(name + "value", a.value(), o -> a.valueExponent()[o]);
    for (int h = 0; h < shape.heads(); h++) {
      int from = h * d;
      int to = from + d;
      program.nextLayer();
      // Values last: meanwhile the pipeline empties before scores read queries and keys.
      layer(
          name + "query",
          new Channels(a.query(), from, to, query),
          new Target(Destination.ACTIVATION, needs.secondRegion(), needs.headWords()));
      layer(
          name + "key",
          new Channels(a.key(), from, to, key),
          new Target(Destination.KEY, 0, needs.headWords()));
      layer(
          name + "value",
          new Channels(a.value(), from, to, value),
          new Target(Destination.VALUE, heads.nextValueBase(), heads.valueStride()));
      int acc = a.queryExponent()[from] + a.keyExponent()[from];
      heads.add(name, h, a.scoreExponent()[h] - acc, a.scoreExponent()[h], a.contextShift()[h]);
    }
  }

  private void layer(String tensor, Channels channels, Target to) {
    linears.add(new Layer(tensor, channels, normalized(), to));
    // The weights of a head are few and leave room for what is left of the image before.
    classifier.step();
  }

  private static Requantization requantization(
      String name, Linear linear, IntUnaryOperator exponent) {
    return new Requantization(name, linear, exponent, o -> 0);
  }

  /** The output of the latest LayerNorm. */
  private Operand normalized() {
    return new Operand(0, needs.dimWords(), needs.rowBlocks());
  }

  private Target residualStream() {
    return new Target(Destination.RESIDUAL_ADD, 0, needs.dimResidualWords());
  }

  private void residualLayer(
      String name, Linear linear, Operand from, Residual before, Residual after, boolean last) {
    IntUnaryOperator realign = o -> after.exponent(o) - before.exponent(o);
    Channels channels = Channels.all(new Requantization(name, linear, after::exponent, realign));
    TileGroups groups = linears.groups(channels);
    linears.add(
        new Layer(name, channels, from, residualStream()), last ? groups.tapered() : groups);
  }

  private void hidden(String name, Mlp mlp) {
    Activation act = mlp.activation();
    IntUnaryOperator second = o -> mlp.hiddenExponent()[o] - act.exponent();
    Channels channels =
        Channels.all(new Requantization(name, mlp.fc1(), o -> act.exponent(), second));
    linears.add(
        new Layer(
            name,
            channels,
            normalized(),
            new Target(Destination.ACTIVATION, needs.secondRegion(), needs.hiddenWords()),
            Optional.of(new Table(tableSegment(name, act), act.indexShift()))));
  }

  /** The table in the buffer, if it is the one needed, or a new one. */
  private Segment tableSegment(String name, Activation act) {
    if (tableContent == null || !Arrays.equals(tableContent, act.table())) {
      int beats = Architecture.TABLE_ENTRIES / arch.axi().bytes();
      tableContent = act.table();
      table =
          new Segment(
              name + " table",
              tables,
              LoadJob.Source.MODEL,
              LoadJob.Destination.TABLE,
              image.place(
                  name + " table", Architecture.TABLE_ENTRIES, () -> packer.table(act.table())),
              1,
              beats,
              beats);
    }
    return table;
  }

  /**
   * @param base ACTIVATION word of the results
   */
  private void norm(String name, Norm norm, Residual in, int rowBlocks, int base) {
    int bytes = packer.normBytes(shape.dim());
    int beats = bytes / arch.axi().bytes();
    Segment parameters =
        new Segment(
            name + " parameters",
            normParameters,
            LoadJob.Source.MODEL,
            LoadJob.Destination.NORM_PARAMETER,
            image.place(name + " parameters", bytes, () -> packer.norm(norm, in.ptf())),
            needs.normParameterWords(),
            beats,
            beats);
    int dim = shape.dim();
    int log2 = Architecture.log2Ceil(dim);
    // round(2^(23 + l) / C), docs/numerics.md section 7.
    int reciprocal = (int) (((1L << 24 + log2) / dim + 1) >> 1);
    TapTarget tap = new TapTarget(name, 0, 0, dim, rowBlocks);
    program.step(
        List.of(parameters),
        () ->
            List.of(
                new TracedJob(
                    new LayerNormJob(
                        List.of(),
                        rowBlocks,
                        0,
                        needs.dimResidualWords(),
                        parameters.word(),
                        dim,
                        log2,
                        reciprocal,
                        norm.epsilon(),
                        base,
                        needs.dimWords()),
                    name,
                    Optional.of(tap))));
  }
}
