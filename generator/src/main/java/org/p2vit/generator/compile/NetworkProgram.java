package org.p2vit.generator.compile;

import java.util.ArrayList;
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
import org.p2vit.rtl.job.ParameterFormat;

/**
 * The whole network, from patch embedding to logits, as jobs. Every job writes where {@link
 * BufferNeeds} says; {@link HazardTracker} makes what shares memory wait.
 */
final class NetworkProgram {

  /**
   * Parts that position codes and input come in. More would start the array earlier, and fill
   * LOAD's queue.
   */
  private static final int ROW_PARTS = 4;

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
  private final Classifier classifier;
  private final int images;

  // Of the image before: steps after which its places are free.
  private int endOfHidden;
  private int endOfBlocks;
  private int endOfNorm;
  private final Ring normParameters;
  private final Ring tables = new Ring(0, 1);
  private Segment table;
  private short[] tableContent;

  /**
   * @param images that one start computes, back to back
   */
  NetworkProgram(
      QuantizedModel model,
      Architecture arch,
      BufferNeeds needs,
      InputLayout input,
      OutputLayout output,
      int images) {
    this.model = model;
    this.shape = model.shape();
    this.arch = arch;
    this.needs = needs;
    this.input = input;
    this.output = output;
    this.images = images;
    packer = new WordPacker(arch);
    image = new MemoryImage(arch.axi().bytes());
    program = new ProgramBuilder(arch);
    linears = new LinearLayers(arch, needs, packer, image, program);
    heads = new AttentionHeads(shape, arch, needs, program);
    normParameters = new Ring(0, arch.buffers().normParameterWords());
    classifier = new Classifier(model, arch, needs, output, linears, program);
  }

  /** Copies of the values of a head: two if they fit, so that one is written while one is read. */
  static int valueBuffers(BufferNeeds needs, Architecture arch) {
    return Math.min(2, arch.buffers().valueWords() / needs.valueWords());
  }

  MemoryImage image() {
    return image;
  }

  List<TracedJob> build() {
    for (int i = 0; i < images; i++) {
      image(i);
    }
    return program.build();
  }

  private void image(int index) {
    program.forImage(index);
    embedding(index);
    Residual residual = model.embed();
    for (int i = 0; i < model.blocks().size(); i++) {
      block(i, model.blocks().get(i), residual);
      residual = model.blocks().get(i).residual2();
    }
    classifier.finish();
    endOfBlocks = program.steps();
    norm("norm", model.norm(), residual, 1, classifier.operandBase());
    endOfNorm = program.steps();
    classifier.begin(index, index == images - 1);
    if (!classifier.hasOwnPlaces()) {
      endOfBlocks = program.steps();
      endOfHidden = program.steps();
      endOfNorm = program.steps();
    }
  }

  private void embedding(int index) {
    var entries =
        new Requantization("embed", model.patchEmbedding())
            .entries(model.embed()::exponent, o -> 0);
    Channels channels = Channels.all(model.patchEmbedding(), entries);
    Operand from = new Operand(0, needs.patchWords(), needs.rowBlocks());
    linears
        .steps(
            new Layer("embed", channels, from, residualStream()),
            embeddingGroups(index, channels),
            group -> group.first() == 0 ? firstRows(index, group) : List.of(positions(group)))
        .forEach(Runnable::run);
  }

  /**
   * The input comes while the first group of tiles runs: that group has enough of them to keep the
   * array busy with the rows that have come.
   */
  private TileGroups embeddingGroups(int index, Channels channels) {
    Linear linear = channels.linear();
    int axi = arch.axi().bytes();
    double wordBeats = (double) arch.columns() * arch.depth() / axi;
    double inputBeats = (double) arch.rows() * arch.depth() * needs.patchWords() / axi;
    double positionBeats = (double) arch.rows() * arch.columns() * 2 / axi;
    int balanced = (int) Math.ceil(inputBeats / Math.max(1, needs.patchWords() - positionBeats));
    int room = Math.min(linears.room(linear), 2 * linears.parameterTiles(linear));
    // The weights of the image before leave half of the room free.
    int largest = Math.min(index == 0 ? room - 1 : room / 2, linears.parameterTiles(linear));
    return TileGroups.growing(
        linears.tiles(channels), Math.min(balanced, largest), room, needs.rowBlocks() / wordBeats);
  }

  /**
   * Position codes, of which a row block needs its own before its results are written, and the
   * input, in turn: neither is waited for as a whole. They take places that the image before has
   * used up: its first rows while that one's last layer runs.
   */
  private List<Segment> firstRows(int index, TileGroups.Group group) {
    int blocks = needs.rowBlocks();
    int parts = Math.min(ROW_PARTS, blocks);
    List<Segment> segments = new ArrayList<>();
    for (int i = 0; i < parts; i++) {
      int first = blocks * i / parts;
      int rows = blocks * (i + 1) / parts - first;
      boolean overNorm = (first + rows) * needs.patchWords() <= needs.secondRegion();
      Segment positions = positions(group, first, rows);
      Segment inputs = inputs(index, first, rows).notBefore(overNorm ? endOfHidden : endOfBlocks);
      segments.addAll(index == 0 ? List.of(positions, inputs) : List.of(inputs, positions));
    }
    return segments;
  }

  private Segment positions(TileGroups.Group group) {
    return positions(group, 0, needs.rowBlocks());
  }

  /** Position codes of some columns and rows: a run of words a row block. */
  private Segment positions(TileGroups.Group group, int firstBlock, int blocks) {
    int stride = needs.dimResidualWords();
    int tileWords = linears.tileColumns(model.patchEmbedding()) / arch.requantColumns();
    int from = group.first() * tileWords;
    int run = Math.min(stride, group.end() * tileWords) - from;
    int wordBytes = arch.requantLanes() * Architecture.RESIDUAL_CONTAINER_BITS / 8;
    int rows = needs.rowBlocks();
    int piece =
        image.place(
            "position/" + from + "+" + run,
            rows * run * wordBytes,
            () -> packer.residual(model.position(), shape.dim(), from, run));
    int beats = blocks * run * wordBytes / arch.axi().bytes();
    int first = firstBlock * stride + from;
    return new Segment(
            "position",
            new Ring(first, needs.streamWords() - first),
            LoadJob.Source.MODEL,
            LoadJob.Destination.RESIDUAL,
            piece + firstBlock * run * wordBytes,
            blocks * run,
            beats,
            beats)
        .inRuns(run, stride)
        .notBefore(endOfNorm);
  }

  private Segment inputs(int index, int firstBlock, int blocks) {
    int words = needs.patchWords();
    int rowBytes = input.bytes() / needs.rowBlocks();
    int beats = rowBytes / arch.axi().bytes();
    return new Segment(
        "input",
        new Ring(firstBlock * words, blocks * words),
        LoadJob.Source.INPUT,
        LoadJob.Destination.ACTIVATION,
        index * input.bytes() + firstBlock * rowBytes,
        blocks * words,
        blocks * beats,
        beats);
  }

  private void block(int index, Block block, Residual before) {
    String name = "blocks." + index + ".";
    norm(name + "norm1", block.norm1(), before, needs.rowBlocks(), 0);
    attention(name, block.attention());
    residualLayer(
        name + "residual1",
        block.attention().projection(),
        new Operand(needs.contextBase(), needs.dimWords(), needs.rowBlocks()),
        before,
        block.residual1(),
        false);
    norm(name + "norm2", block.norm2(), block.residual1(), needs.rowBlocks(), 0);
    hidden(name + "hidden", block.mlp());
    endOfHidden = program.steps();
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
    var query = entries(name + "query", a.query(), o -> a.queryExponent()[o]);
    var key = entries(name + "key", a.key(), o -> a.keyExponent()[o]);
    var value = entries(name + "value", a.value(), o -> a.valueExponent()[o]);
    for (int h = 0; h < shape.heads(); h++) {
      int from = h * d;
      int to = from + d;
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
    add(new Layer(tensor, channels, normalized(), to), linears.groups(channels));
  }

  /** Between the groups of a layer there is time for what is left of the image before. */
  private void add(Layer layer, TileGroups groups) {
    for (Runnable step : linears.steps(layer, groups)) {
      step.run();
      classifier.step();
    }
  }

  private static List<ParameterFormat.Output> entries(
      String name, Linear linear, IntUnaryOperator exponent) {
    return new Requantization(name, linear).entries(exponent, o -> 0);
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
    var entries = new Requantization(name, linear).entries(after::exponent, realign);
    Channels channels = Channels.all(linear, entries);
    TileGroups groups = linears.groups(channels);
    add(new Layer(name, channels, from, residualStream()), last ? groups.tapered() : groups);
  }

  private void hidden(String name, Mlp mlp) {
    Activation act = mlp.activation();
    IntUnaryOperator second = o -> mlp.hiddenExponent()[o] - act.exponent();
    var entries = new Requantization(name, mlp.fc1()).entries(o -> act.exponent(), second);
    Channels channels = Channels.all(mlp.fc1(), entries);
    add(
        new Layer(
            name,
            channels,
            normalized(),
            new Target(Destination.ACTIVATION, needs.secondRegion(), needs.hiddenWords()),
            Optional.of(new Table(tableSegment(name, act), act.indexShift()))),
        linears.groups(channels));
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
