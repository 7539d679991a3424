package org.p2vit.generator.compile;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.p2vit.model.Linear;
import org.p2vit.rtl.Architecture;
import org.p2vit.rtl.job.LoadJob;
import org.p2vit.rtl.job.MatMulJob;
import org.p2vit.rtl.job.ParameterFormat;

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
   * @param entries re-quantization of all channels of the layer
   */
  record Channels(Linear linear, int from, int to, List<ParameterFormat.Output> entries) {
    static Channels all(Linear linear, List<ParameterFormat.Output> entries) {
      return new Channels(linear, 0, linear.out(), entries);
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
   * @param base of the first channel
   */
  record Target(MatMulJob.Destination destination, int base, int stride) {}

  /**
   * An activation table.
   *
   * @param indexShift see {@link MatMulJob}
   */
  record Table(Segment segment, int indexShift) {}

  /** Column tiles {@code first} to {@code end - 1}. */
  private record Group(int first, int end) {}

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

  void add(String tensor, Channels channels, Operand from, Target to) {
    add(tensor, channels, from, to, Optional.empty(), List.of());
  }

  /**
   * @param table applied to the results
   * @param first what else the first job needs, loaded after its weights
   */
  void add(
      String tensor,
      Channels channels,
      Operand from,
      Target to,
      Optional<Table> table,
      List<Segment> first) {
    List<Segment> more = first;
    for (Group group : groups(channels)) {
      add(tensor, channels, from, to, table, more, group);
      more = List.of();
    }
  }

  private void add(
      String tensor,
      Channels channels,
      Operand from,
      Target to,
      Optional<Table> table,
      List<Segment> more,
      Group group) {
    Linear linear = channels.linear();
    int tileColumns = packer.tileColumns(linear.weightBits());
    int firstColumn = group.first() * tileColumns;
    int end = Math.min(group.end() * tileColumns, paddedColumns(channels, to));
    int columns = end - firstColumn;
    int tiles = group.end() - group.first();
    Segment parameterSegment = parameters(tensor, channels, firstColumn, columns);
    Segment weightSegment = weights(tensor, channels, firstColumn, columns, tiles);
    List<Segment> uses = new ArrayList<>(List.of(parameterSegment));
    table.ifPresent(t -> uses.add(t.segment()));
    uses.add(weightSegment);
    uses.addAll(more);
    TapTarget tap =
        new TapTarget(tensor, 0, channels.from() + firstColumn, columns, from.rowBlocks());
    program.step(
        uses,
        () -> {
          MatMulJob job =
              new MatMulJob(
                  List.of(),
                  from.base(),
                  from.stride(),
                  depthWords(linear),
                  from.rowBlocks(),
                  tiles,
                  weightSegment.word(),
                  depthWords(linear),
                  linear.weightBits() == 4,
                  true,
                  parameterSegment.word(),
                  0,
                  table.isPresent(),
                  table.map(Table::indexShift).orElse(0),
                  to.destination(),
                  to.base(),
                  to.stride(),
                  firstColumn,
                  columns,
                  0);
          return List.of(new TracedJob(job, tensor, Optional.of(tap)));
        });
  }

  /** Groups of nearly equal size. */
  private List<Group> groups(Channels channels) {
    int tileColumns = packer.tileColumns(channels.linear().weightBits());
    int tiles = Sizes.ceilDiv(channels.to() - channels.from(), tileColumns);
    int byWeights = weights.words() / 2 / depthWords(channels.linear());
    int byParameters = parameters.words() / 2 / (tileColumns / arch.requantColumns());
    int largest = Math.max(1, Math.min(byWeights, byParameters));
    int count = Sizes.ceilDiv(tiles, largest);
    List<Group> groups = new ArrayList<>();
    for (int g = 0; g < count; g++) {
      int first = (int) ((long) tiles * g / count);
      groups.add(new Group(first, (int) ((long) tiles * (g + 1) / count)));
    }
    return groups;
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

  private Segment parameters(String tensor, Channels channels, int firstColumn, int columns) {
    int from = channels.from() + firstColumn;
    int to = Math.min(from + columns, channels.to());
    byte[] bytes = packer.outputs(channels.entries().subList(from, to), columns);
    int beats = bytes.length / arch.axi().bytes();
    return new Segment(
        tensor + " parameters",
        parameters,
        LoadJob.Source.MODEL,
        LoadJob.Destination.PARAMETER,
        image.add(bytes),
        columns / arch.requantColumns(),
        beats,
        beats);
  }

  private Segment weights(
      String tensor, Channels channels, int firstColumn, int columns, int tiles) {
    int from = channels.from() + firstColumn;
    int to = Math.min(from + columns, channels.to());
    byte[] bytes = packer.weights(channels.linear(), from, to, tiles);
    int beats = bytes.length / arch.axi().bytes();
    return new Segment(
        tensor + " weights",
        weights,
        LoadJob.Source.MODEL,
        LoadJob.Destination.WEIGHT,
        image.add(bytes),
        tiles * depthWords(channels.linear()),
        beats,
        beats / tiles);
  }
}
