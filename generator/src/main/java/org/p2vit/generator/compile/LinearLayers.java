package org.p2vit.generator.compile;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.p2vit.model.Linear;
import org.p2vit.rtl.Architecture;
import org.p2vit.rtl.job.LoadJob;
import org.p2vit.rtl.job.MatMulJob;

/**
 * Linear layers as MATMUL jobs: one for each group of column tiles whose weights fit half the ring,
 * so that the next group's are loaded meanwhile.
 */
final class LinearLayers {

  /**
   * Output channels of a layer.
   *
   * @param linear the layer
   * @param from first channel
   * @param to after the last channel
   * @param requantization of all channels of the layer; nothing is computed before it is asked for
   */
  record Channels(Linear linear, int from, int to, Requantization requantization) {
    static Channels all(Requantization requantization) {
      Linear linear = requantization.linear();
      return new Channels(linear, 0, linear.out(), requantization);
    }
  }

  /**
   * The left operand in the ACTIVATION buffer.
   *
   * @param base first word
   * @param stride words of a row block
   * @param rowBlocks to compute
   */
  record Operand(int base, int stride, int rowBlocks) {}

  /**
   * Where results go, see {@link MatMulJob}.
   *
   * @param base of column {@code firstColumn}
   * @param firstColumn of the layer that lies there
   */
  record Target(MatMulJob.Destination destination, int base, int stride, int firstColumn) {
    Target(MatMulJob.Destination destination, int base, int stride) {
      this(destination, base, stride, 0);
    }
  }

  /**
   * An activation table.
   *
   * @param indexShift see {@link MatMulJob}
   */
  record Table(Segment segment, int indexShift) {}

  /**
   * A layer, or some of its channels.
   *
   * @param tensor that it makes
   * @param table applied to the results
   */
  record Layer(String tensor, Channels channels, Operand from, Target to, Optional<Table> table) {
    Layer(String tensor, Channels channels, Operand from, Target to) {
      this(tensor, channels, from, to, Optional.empty());
    }
  }

  /**
   * Some row blocks of a layer.
   *
   * @param segments that only these need, loaded after the weights
   */
  record Rows(int first, int blocks, List<Segment> segments) {
    static Rows all(int blocks) {
      return new Rows(0, blocks, List.of());
    }
  }

  private final Architecture arch;
  private final Ring weights;
  private final Ring parameters;
  private final WordPacker packer;
  private final MemoryImage image;
  private final ProgramBuilder program;

  LinearLayers(
      Architecture arch,
      BufferNeeds needs,
      WordPacker packer,
      MemoryImage image,
      ProgramBuilder program) {
    this.arch = arch;
    this.packer = packer;
    this.image = image;
    this.program = program;
    // The keys lie before the weights.
    weights = new Ring(needs.keyWords(), arch.buffers().weightWords() - needs.keyWords());
    parameters = new Ring(0, arch.buffers().parameterWords());
  }

  /** Adds a layer, in groups of which two are on chip at once. */
  void add(Layer layer) {
    add(layer, groups(layer.channels()));
  }

  /** Adds a layer in the groups given. */
  void add(Layer layer, TileGroups groups) {
    groups.groups().forEach(group -> step(layer, group).run());
  }

  /** One group of a layer. */
  Runnable step(Layer layer, TileGroups.Group group) {
    return () -> add(layer, group, List.of(Rows.all(layer.from().rowBlocks())));
  }

  /** Groups of nearly equal size, of which two are on chip at once. */
  TileGroups groups(Channels channels) {
    int largest = Math.min(room(channels.linear()) / 2, parameterTiles(channels.linear()));
    return TileGroups.even(tiles(channels), largest);
  }

  /** Output channels of a column tile. */
  int tileColumns(Linear linear) {
    return packer.tileColumns(linear.weightBits());
  }

  /** Column tiles of these channels. */
  int tiles(Channels channels) {
    return Sizes.ceilDiv(
        channels.to() - channels.from(), packer.tileColumns(channels.linear().weightBits()));
  }

  /** Column tiles whose weights fit on chip. */
  int room(Linear linear) {
    return weights.words() / depthWords(linear);
  }

  /** Tiles of a group whose parameters leave room for those of the next. */
  int parameterTiles(Linear linear) {
    int words = packer.tileColumns(linear.weightBits()) / arch.requantColumns();
    return Math.max(1, parameters.words() / 2 / words);
  }

  /**
   * Adds one group of a layer.
   *
   * @param parts row blocks in turn, all with the same weights, a job each
   */
  void add(Layer layer, TileGroups.Group group, List<Rows> parts) {
    Channels channels = layer.channels();
    Linear linear = channels.linear();
    int tileColumns = packer.tileColumns(linear.weightBits());
    int firstColumn = group.first() * tileColumns;
    int end = Math.min(group.end() * tileColumns, paddedColumns(channels, layer.to()));
    int columns = end - firstColumn;
    Segment parameterSegment = parameters(layer, firstColumn, columns);
    Segment weightSegment = weights(layer, group.first(), group.tiles());
    for (Rows rows : parts) {
      List<Segment> uses = new ArrayList<>(List.of(parameterSegment));
      layer.table().ifPresent(t -> uses.add(t.segment()));
      uses.add(weightSegment);
      uses.addAll(rows.segments());
      int column = channels.from() + firstColumn;
      TapTarget tap =
          new TapTarget(layer.tensor(), 0, column, columns, rows.first(), rows.blocks());
      program.step(
          uses,
          () -> {
            int parameter = parameterSegment.word();
            int weight = weightSegment.word();
            MatMulJob job =
                job(layer, group.tiles(), firstColumn, columns, rows, parameter, weight);
            return List.of(new TracedJob(job, layer.tensor(), Optional.of(tap)));
          });
    }
  }

  private MatMulJob job(
      Layer layer,
      int tiles,
      int firstColumn,
      int columns,
      Rows rows,
      int parameterWord,
      int weightWord) {
    Linear linear = layer.channels().linear();
    Operand from = layer.from();
    Target to = layer.to();
    boolean shared =
        to.destination() == MatMulJob.Destination.KEY
            || to.destination() == MatMulJob.Destination.VALUE;
    return new MatMulJob(
        List.of(),
        from.base() + rows.first() * from.stride(),
        from.stride(),
        depthWords(linear),
        rows.blocks(),
        tiles,
        weightWord,
        depthWords(linear),
        linear.weightBits() == 4,
        true,
        parameterWord,
        0,
        layer.table().isPresent(),
        layer.table().map(Table::indexShift).orElse(0),
        to.destination(),
        shared ? to.base() : to.base() + rows.first() * to.stride(),
        to.stride(),
        firstColumn - to.firstColumn(),
        columns,
        // Words that several row blocks share are found by the row.
        shared ? rows.first() : 0);
  }

  /** Whole words of p results; of the next layer's operand, so that it reads nothing undefined. */
  private int paddedColumns(Channels channels, Target to) {
    boolean operand = to.destination() == MatMulJob.Destination.ACTIVATION;
    int multiple = operand ? arch.depth() : arch.requantColumns();
    return Sizes.roundUp(channels.to() - channels.from(), multiple);
  }

  private int depthWords(Linear linear) {
    return Sizes.ceilDiv(linear.in(), arch.depth());
  }

  private Segment parameters(Layer layer, int firstColumn, int columns) {
    Channels channels = layer.channels();
    int all = paddedColumns(channels, layer.to());
    int piece =
        image.place(
            layer.tensor() + "/" + channels.from() + " parameters",
            all * WordPacker.ENTRY_BYTES,
            () ->
                packer.outputs(
                    channels.requantization().entries(channels.from(), channels.to()), all));
    int beats = columns * WordPacker.ENTRY_BYTES / arch.axi().bytes();
    return new Segment(
        layer.tensor() + " parameters",
        parameters,
        LoadJob.Source.MODEL,
        LoadJob.Destination.PARAMETER,
        piece + firstColumn * WordPacker.ENTRY_BYTES,
        columns / arch.requantColumns(),
        beats,
        beats);
  }

  private Segment weights(Layer layer, int firstTile, int tiles) {
    Channels channels = layer.channels();
    int words = depthWords(channels.linear());
    int tileBytes = words * arch.columns() * arch.depth();
    int all = tiles(channels);
    int piece =
        image.place(
            layer.tensor() + "/" + channels.from() + " weights",
            Math.multiplyExact(all, tileBytes),
            () -> packer.weights(channels.linear(), channels.from(), channels.to(), all));
    int beats = tiles * tileBytes / arch.axi().bytes();
    return new Segment(
        layer.tensor() + " weights",
        weights,
        LoadJob.Source.MODEL,
        LoadJob.Destination.WEIGHT,
        piece + firstTile * tileBytes,
        tiles * words,
        beats,
        beats / tiles);
  }
}
