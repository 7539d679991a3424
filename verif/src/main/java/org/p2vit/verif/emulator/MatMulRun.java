package org.p2vit.verif.emulator;

import java.util.Arrays;
import java.util.List;
import org.p2vit.numerics.ActivationMath;
import org.p2vit.numerics.ResidualMath;
import org.p2vit.numerics.Rounding;
import org.p2vit.rtl.Architecture;
import org.p2vit.rtl.job.JobFormat;
import org.p2vit.rtl.job.MatMulJob;
import org.p2vit.rtl.job.MatMulJob.Destination;
import org.p2vit.rtl.job.ParameterFormat;

/** See {@link MatMulJob}; one column tile of a row block a step. */
final class MatMulRun extends JobRun {
  private static final List<JobFormat.Field> OUTPUT =
      JobFormat.fields(ParameterFormat.Output.class, 0);

  private final MatMulJob job;
  private final int p;
  private final int tileColumns;
  private final EmulatedBuffer activation;
  private final EmulatedBuffer weight;
  private final EmulatedBuffer residual;

  /** To SCORE: the largest of each row of the row block in work. */
  private final int[] maxima;

  MatMulRun(ProgramJob source, MatMulJob job, Architecture arch, Memories memories) {
    super(source, arch, memories, job.rowBlocks(), job.tiles());
    this.job = job;
    p = arch.requantColumns();
    tileColumns = job.weights4() ? 2 * arch.columns() : arch.columns();
    activation = buffer(BufferId.ACTIVATION);
    weight = buffer(BufferId.WEIGHT);
    residual = buffer(BufferId.RESIDUAL);
    maxima = new int[arch.rows()];
    check();
  }

  private void check() {
    source.require(job.depthWords() > 0, "depthWords", "0 words");
    source.require(
        (long) job.depthWords() * arch.depth() <= arch.maxDepth(),
        "depthWords",
        job.depthWords() * arch.depth() + " terms; the accumulators hold " + arch.maxDepth());
    source.require(job.columns() > 0, "columns", "0 columns");
    source.require(
        job.destination() == Destination.SCORE || job.columns() % p == 0,
        "columns",
        job.columns() + " is no multiple of " + p);
    source.require(job.column() % p == 0, "column", job.column() + " is no multiple of " + p);
    source.require(
        (job.columns() + tileColumns - 1) / tileColumns == job.tiles(),
        "tiles",
        job.tiles() + " tiles of " + tileColumns + " for " + job.columns() + " columns");
    source.require(
        !job.activation() || bytes(job.destination()), "activation", "only for int8 results");
    source.require(
        job.useParameters() || job.shift() >= -8 && job.shift() <= 31,
        "shift",
        job.shift() + " is not in -8..31");
  }

  private static boolean bytes(Destination d) {
    return d != Destination.RESIDUAL_ADD && d != Destination.RESIDUAL_SET;
  }

  @Override
  protected void compute(int row, int tile, Step step) {
    int rows = arch.rows();
    int lanes = arch.columns();
    int first = tile * tileColumns;
    int beats = (Math.min(tileColumns, job.columns() - first) + p - 1) / p;
    int end = first + beats * p;
    int[][] acc = new int[rows][end - first];
    for (int k = 0; k < job.depthWords(); k++) {
      int a =
          source.word(
              activation,
              "activationBase",
              job.activationBase() + (long) row * job.activationStride() + k);
      int w =
          source.word(
              weight, "weightBase", job.weightBase() + (long) tile * job.weightStride() + k);
      step.read(activation, a);
      step.read(weight, w);
      for (int n = 0; n < end - first; n++) {
        int at = weight.offset(w, n % lanes * arch.depth());
        for (int r = 0; r < rows; r++) {
          int x = activation.offset(a, r * arch.depth());
          acc[r][n] +=
              job.weights4()
                  ? dot4(activation.bytes(), x, weight.bytes(), at, arch.depth(), n >= lanes)
                  : dot(activation.bytes(), x, weight.bytes(), at, arch.depth());
        }
      }
    }
    for (int n = first; n < end; n += p) {
      short[] beat = new short[rows * p];
      for (int r = 0; r < rows; r++) {
        for (int c = 0; c < p; c++) {
          int y = requantize(acc[r][n + c - first], row, r, n + c, step);
          beat[r * p + c] = (short) y;
        }
      }
      step.beat(n, beat);
      if (job.destination() == Destination.SCORE) {
        raiseMaxima(beat, n);
      }
    }
    if (job.destination() == Destination.SCORE && tile == job.tiles() - 1) {
      for (int r = 0; r < rows; r++) {
        int slot = (job.base() + row) % arch.buffers().scoreSlots();
        step.element(buffer(BufferId.SCORE_MAX), slot, r, job.columns() - 1, maxima[r]);
      }
    }
  }

  /** Columns {@code n} to {@code n + p - 1} of all rows. */
  private void raiseMaxima(short[] beat, int n) {
    if (n == 0) {
      Arrays.fill(maxima, Byte.MIN_VALUE);
    }
    for (int i = 0; i < beat.length; i++) {
      if (n + i % p < job.columns()) {
        maxima[i / p] = Math.max(maxima[i / p], beat[i]);
      }
    }
  }

  private static int dot(byte[] x, int xAt, byte[] w, int wAt, int depth) {
    int sum = 0;
    for (int i = 0; i < depth; i++) {
      sum += x[xAt + i] * w[wAt + i];
    }
    return sum;
  }

  private static int dot4(byte[] x, int xAt, byte[] w, int wAt, int depth, boolean high) {
    int sum = 0;
    for (int i = 0; i < depth; i++) {
      int nibbles = w[wAt + i];
      sum += x[xAt + i] * (high ? nibbles >> 4 : nibbles << 28 >> 28);
    }
    return sum;
  }

  /** Re-quantizes and writes column {@code n} of row {@code r}. */
  private int requantize(int acc, int row, int r, int n, Step step) {
    int bias = 0;
    int shift = job.shift();
    int second = 0;
    if (job.useParameters()) {
      EmulatedBuffer parameter = buffer(BufferId.PARAMETER);
      int word = source.word(parameter, "parameterBase", job.parameterBase() + (long) (n / p));
      step.read(parameter, word);
      long bits = parameter.get(word, n % p);
      bias = field(bits, 0);
      shift = field(bits, 1);
      second = field(bits, 2);
    }
    long sum = (long) acc + bias;
    int position = job.column() + n;
    int y;
    switch (job.destination()) {
      case RESIDUAL_ADD, RESIDUAL_SET -> {
        int word =
            source.word(residual, "base", job.base() + (long) row * job.stride() + position / p);
        int lane = lane(r, position, p);
        if (job.destination() == Destination.RESIDUAL_SET) {
          y = Rounding.requantize(sum, shift, Architecture.RESIDUAL_CONTAINER_BITS);
        } else {
          step.read(residual, word);
          int x = (int) residual.get(word, lane);
          y = ResidualMath.add(x, second, sum, shift, arch.residualBits());
        }
        step.element(residual, word, lane, n, y);
      }
      default -> {
        y = job.activation() ? activate(sum, shift, second) : Rounding.requantize(sum, shift, 8);
        writeByte(row, r, n, y, step);
      }
    }
    return y;
  }

  private static int field(long bits, int index) {
    JobFormat.Field f = OUTPUT.get(index);
    return (int) (bits << 64 - f.offset() - f.width() >> 64 - f.width());
  }

  /** docs/numerics.md section 4. */
  private int activate(long sum, int shift, int second) {
    int pre = ActivationMath.preActivation(sum, shift);
    int index = ActivationMath.index(pre, job.indexShift());
    int table = buffer(BufferId.TABLE).bytes()[index] & 0xFF;
    return ActivationMath.output(Math.max(pre, 0) - table, second);
  }

  private void writeByte(int row, int r, int n, int y, Step step) {
    int position = job.column() + n;
    long word = job.base();
    EmulatedBuffer to;
    int perWord;
    int rowInWord = r;
    long tokenRow = (long) (job.firstRow() + row) * arch.rows();
    switch (job.destination()) {
      case ACTIVATION -> {
        to = activation;
        perWord = arch.depth();
        word += (long) row * job.stride();
      }
      case KEY -> {
        to = weight;
        perWord = arch.depth();
        word += tokenRow / arch.columns() * job.stride();
        rowInWord += (int) (tokenRow % arch.columns());
      }
      case VALUE -> {
        to = buffer(BufferId.VALUE);
        perWord = arch.shifterColumns();
        word += tokenRow / arch.shifterDepth() * job.stride();
        rowInWord += (int) (tokenRow % arch.shifterDepth());
      }
      case SCORE -> {
        to = buffer(BufferId.SCORE);
        perWord = p;
        word = (long) ((job.base() + row) % arch.buffers().scoreSlots()) * job.stride();
      }
      default -> throw new IllegalStateException(job.destination().name());
    }
    int checked = source.word(to, "base", word + position / perWord);
    step.element(to, checked, lane(rowInWord, position, perWord), n, y);
  }
}
