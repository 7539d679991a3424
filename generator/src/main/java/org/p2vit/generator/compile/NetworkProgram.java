package org.p2vit.generator.compile;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.IntUnaryOperator;
import org.p2vit.generator.compile.LinearLayers.Channels;
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
import org.p2vit.rtl.job.ParameterFormat;
import org.p2vit.rtl.job.StoreJob;

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
  private final Ring normParameters;
  private final Ring tables = new Ring(0, 1);
  private Segment table;
  private short[] tableContent;

  NetworkProgram(
      QuantizedModel model,
      Architecture arch,
      BufferNeeds needs,
      InputLayout input,
      OutputLayout output) {
    this.model = model;
    this.shape = model.shape();
    this.arch = arch;
    this.needs = needs;
    this.input = input;
    this.output = output;
    packer = new WordPacker(arch);
    image = new MemoryImage(arch.axi().bytes());
    program = new ProgramBuilder(arch);
    linears = new LinearLayers(arch, needs, packer, image, program);
    heads = new AttentionHeads(shape, arch, needs, program);
    normParameters = new Ring(0, arch.buffers().normParameterWords());
  }

  /** Copies of the values of a head: two if they fit, so that one is written while one is read. */
  static int valueBuffers(BufferNeeds needs, Architecture arch) {
    return Math.min(2, arch.buffers().valueWords() / needs.valueWords());
  }

  byte[] image() {
    return image.toByteArray();
  }

  List<TracedJob> build() {
    embedding();
    Residual residual = model.embed();
    for (int i = 0; i < model.blocks().size(); i++) {
      block(i, model.blocks().get(i), residual);
      residual = model.blocks().get(i).residual2();
    }
    norm("norm", model.norm(), residual, 1);
    logits();
    return program.build();
  }

  private void embedding() {
    int blocks = needs.rowBlocks();
    int axi = arch.axi().bytes();
    byte[] position = packer.residual(model.position(), shape.dim());
    int residualWords = blocks * needs.dimResidualWords();
    Segment positions =
        new Segment(
            "position",
            new Ring(0, residualWords),
            LoadJob.Source.MODEL,
            LoadJob.Destination.RESIDUAL,
            image.add(position),
            residualWords,
            position.length / axi,
            position.length / axi / blocks);
    Segment patches =
        new Segment(
            "input",
            new Ring(0, blocks * needs.patchWords()),
            LoadJob.Source.INPUT,
            LoadJob.Destination.ACTIVATION,
            0,
            blocks * needs.patchWords(),
            input.bytes() / axi,
            input.bytes() / axi / blocks);
    var entries =
        new Requantization("embed", model.patchEmbedding())
            .entries(model.embed()::exponent, o -> 0);
    linears.add(
        "embed",
        Channels.all(model.patchEmbedding(), entries),
        new Operand(0, needs.patchWords(), blocks),
        residualStream(),
        Optional.empty(),
        // The input last: the first row block starts when its first words are there.
        List.of(positions, patches));
  }

  private void block(int index, Block block, Residual before) {
    String name = "blocks." + index + ".";
    norm(name + "norm1", block.norm1(), before, needs.rowBlocks());
    attention(name, block.attention());
    residualLayer(
        name + "residual1",
        block.attention().projection(),
        new Operand(needs.contextBase(), needs.dimWords(), needs.rowBlocks()),
        before,
        block.residual1());
    norm(name + "norm2", block.norm2(), block.residual1(), needs.rowBlocks());
    hidden(name + "hidden", block.mlp());
    residualLayer(
        name + "residual2",
        block.mlp().fc2(),
        new Operand(needs.secondRegion(), needs.hiddenWords(), needs.rowBlocks()),
        block.residual1(),
        block.residual2());
  }

  private void attention(String name, Attention a) {
    int d = shape.headDim();
    var query = entries(name + "query", a.query(), o -> a.queryExponent()[o]);
    var key = entries(name + "key", a.key(), o -> a.keyExponent()[o]);
    var value = entries(name + "value", a.value(), o -> a.valueExponent()[o]);
    for (int h = 0; h < shape.heads(); h++) {
      int from = h * d;
      int to = from + d;
      // Values last: meanwhile the pipeline empties before scores read queries and keys.
      linears.add(
          name + "query",
          new Channels(a.query(), from, to, query),
          normalized(needs.rowBlocks()),
          new Target(Destination.ACTIVATION, needs.secondRegion(), needs.headWords()));
      linears.add(
          name + "key",
          new Channels(a.key(), from, to, key),
          normalized(needs.rowBlocks()),
          new Target(Destination.KEY, 0, needs.headWords()));
      linears.add(
          name + "value",
          new Channels(a.value(), from, to, value),
          normalized(needs.rowBlocks()),
          new Target(Destination.VALUE, heads.nextValueBase(), heads.valueStride()));
      int acc = a.queryExponent()[from] + a.keyExponent()[from];
      heads.add(name, h, a.scoreExponent()[h] - acc, a.scoreExponent()[h], a.contextShift()[h]);
    }
  }

  private static List<ParameterFormat.Output> entries(
      String name, Linear linear, IntUnaryOperator exponent) {
    return new Requantization(name, linear).entries(exponent, o -> 0);
  }

  /** The output of the latest LayerNorm. */
  private Operand normalized(int rowBlocks) {
    return new Operand(0, needs.dimWords(), rowBlocks);
  }

  private Target residualStream() {
    return new Target(Destination.RESIDUAL_ADD, 0, needs.dimResidualWords());
  }

  private void residualLayer(
      String name, Linear linear, Operand from, Residual before, Residual after) {
    IntUnaryOperator realign = o -> after.exponent(o) - before.exponent(o);
    var entries = new Requantization(name, linear).entries(after::exponent, realign);
    linears.add(name, Channels.all(linear, entries), from, residualStream());
  }

  private void hidden(String name, Mlp mlp) {
    Activation act = mlp.activation();
    IntUnaryOperator second = o -> mlp.hiddenExponent()[o] - act.exponent();
    var entries = new Requantization(name, mlp.fc1()).entries(o -> act.exponent(), second);
    linears.add(
        name,
        Channels.all(mlp.fc1(), entries),
        normalized(needs.rowBlocks()),
        new Target(Destination.ACTIVATION, needs.secondRegion(), needs.hiddenWords()),
        Optional.of(new Table(tableSegment(name, act), act.indexShift())),
        List.of());
  }

  /** The table in the buffer, if it is the one needed, or a new one. */
  private Segment tableSegment(String name, Activation act) {
    if (tableContent == null || !Arrays.equals(tableContent, act.table())) {
      byte[] bytes = packer.table(act.table());
      int beats = bytes.length / arch.axi().bytes();
      tableContent = act.table();
      table =
          new Segment(
              name + " table",
              tables,
              LoadJob.Source.MODEL,
              LoadJob.Destination.TABLE,
              image.add(bytes),
              1,
              beats,
              beats);
    }
    return table;
  }

  private void norm(String name, Norm norm, Residual in, int rowBlocks) {
    byte[] bytes = packer.norm(norm, in.ptf());
    int beats = bytes.length / arch.axi().bytes();
    Segment parameters =
        new Segment(
            name + " parameters",
            normParameters,
            LoadJob.Source.MODEL,
            LoadJob.Destination.NORM_PARAMETER,
            image.add(bytes),
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
                        0,
                        needs.dimWords()),
                    name,
                    Optional.of(tap))));
  }

  private void logits() {
    linears.add(
        "logits",
        Channels.all(model.head(), entries("logits", model.head(), o -> model.logitsExponent())),
        normalized(1),
        new Target(Destination.RESIDUAL_SET, 0, needs.logitWords()));
    StoreJob store = new StoreJob(List.of(), 0, output.words(), 0);
    program.step(List.of(), () -> List.of(new TracedJob(store, "logits", Optional.empty())));
  }
}
