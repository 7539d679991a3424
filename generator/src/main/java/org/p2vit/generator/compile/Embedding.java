package org.p2vit.generator.compile;

import java.util.ArrayList;
import java.util.List;
import org.p2vit.generator.compile.LinearLayers.Channels;
import org.p2vit.generator.compile.LinearLayers.Layer;
import org.p2vit.generator.compile.LinearLayers.Operand;
import org.p2vit.generator.compile.LinearLayers.Rows;
import org.p2vit.generator.compile.LinearLayers.Target;
import org.p2vit.model.Linear;
import org.p2vit.model.QuantizedModel;
import org.p2vit.rtl.Architecture;
import org.p2vit.rtl.job.LoadJob;
import org.p2vit.rtl.job.MatMulJob.Destination;

/**
 * The patch embedding, the layer whose operand is loaded while it runs. Its first group of tiles
 * has enough of them to keep the array busy with the rows that have come; position codes come with
 * the rows and columns that need them.
 *
 * <p>Input and position codes take places that the image before has used up: the first rows while
 * that one's last layer runs.
 */
final class Embedding {

  /** Row blocks come in so many parts, each behind its position codes. */
  private static final int ROW_PARTS = 4;

  /** Tiles whose weights come in the little time that the rows leave. */
  private static final int SECOND_GROUP = 2;

  /**
   * Steps of the program after which places are free.
   *
   * @param norm the LayerNorm's output
   * @param activations all of ACTIVATION
   * @param residual the residual stream
   */
  record Free(int norm, int activations, int residual) {
    static Free from(int step) {
      return new Free(step, step, step);
    }
  }

  private final QuantizedModel model;
  private final Architecture arch;
  private final BufferNeeds needs;
  private final InputLayout input;
  private final LinearLayers linears;
  private final MemoryImage image;
  private Free free = Free.from(0);

  Embedding(
      QuantizedModel model,
      Architecture arch,
      BufferNeeds needs,
      InputLayout input,
      LinearLayers linears,
      MemoryImage image) {
    this.model = model;
    this.arch = arch;
    this.needs = needs;
    this.input = input;
    this.linears = linears;
    this.image = image;
  }

  /** What the next image may overwrite when. */
  void free(Free places) {
    free = places;
  }

  /** Adds the patch embedding of an image. */
  void add(int index) {
    Channels channels =
        Channels.all(
            new Requantization("embed", model.patchEmbedding(), model.embed()::exponent, o -> 0));
    Operand from = new Operand(0, needs.patchWords(), needs.rowBlocks());
    Target to = new Target(Destination.RESIDUAL_ADD, 0, needs.dimResidualWords());
    Layer layer = new Layer("embed", channels, from, to);
    for (TileGroups.Group group : groups(index, channels).groups()) {
      linears.add(layer, group, group.first() == 0 ? inParts(index, group) : atOnce(group));
    }
  }

  private TileGroups groups(int index, Channels channels) {
    Linear linear = channels.linear();
    int words = needs.patchWords();
    double weightBeats = words * beats(arch.columns() * arch.depth());
    double inputBeats = words * beats(arch.rows() * arch.depth());
    double positionBeats =
        beats(arch.rows() * linears.tileColumns(linear) * Architecture.RESIDUAL_CONTAINER_BITS / 8);
    // As many tiles as take a row block's words the time in which it is loaded.
    int balanced = (int) Math.ceil(inputBeats / Math.max(1, words - positionBeats));
    int room = Math.min(linears.room(linear), 2 * linears.parameterTiles(linear));
    // The weights of the image before leave half of the room free.
    int largest = Math.min(index == 0 ? room - 1 : room / 2, linears.parameterTiles(linear));
    double loadedPerComputed =
        needs.rowBlocks() * words / (weightBeats + needs.rowBlocks() * positionBeats);
    int first = Math.min(balanced, largest);
    return TileGroups.growing(
        linears.tiles(channels), first, SECOND_GROUP, room, loadedPerComputed);
  }

  private double beats(int bytes) {
    return (double) bytes / arch.axi().bytes();
  }

  private List<Rows> inParts(int index, TileGroups.Group group) {
    int blocks = needs.rowBlocks();
    int parts = Math.min(ROW_PARTS, blocks);
    List<Rows> all = new ArrayList<>();
    for (int i = 0; i < parts; i++) {
      int first = blocks * i / parts;
      int rows = blocks * (i + 1) / parts - first;
      boolean overNorm = (first + rows) * needs.patchWords() <= needs.secondRegion();
      Segment positions = positions(group, first, rows);
      Segment inputs =
          inputs(index, first, rows).notBefore(overNorm ? free.norm() : free.activations());
      // Those over the LayerNorm's output can come before there is a place for positions.
      List<Segment> segments =
          overNorm && index > 0 ? List.of(inputs, positions) : List.of(positions, inputs);
      all.add(new Rows(first, rows, segments));
    }
    return all;
  }

  private List<Rows> atOnce(TileGroups.Group group) {
    int blocks = needs.rowBlocks();
    return List.of(new Rows(0, blocks, List.of(positions(group, 0, blocks))));
  }

  /** Position codes of some columns and rows: a run of words a row block. */
  private Segment positions(TileGroups.Group group, int firstBlock, int blocks) {
    int stride = needs.dimResidualWords();
    int tileWords = linears.tileColumns(model.patchEmbedding()) / arch.requantColumns();
    int from = group.first() * tileWords;
    int run = Math.min(stride, group.end() * tileWords) - from;
    int wordBytes = arch.requantLanes() * Architecture.RESIDUAL_CONTAINER_BITS / 8;
    int piece =
        image.place(
            "position/" + from + "+" + run,
            needs.rowBlocks() * run * wordBytes,
            () -> new WordPacker(arch).residual(model.position(), model.shape().dim(), from, run));
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
        .notBefore(free.residual());
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
}
